import classes from './key-name.module.css'
import { ShownKey } from './shown-key.tsx'

/** So much of a key's end is always seen: keys that begin the same differ there. */
const tailLength = 16
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** A key that is too wide is cut in its middle. One that runs from right to left is cut at its end. */
export function KeyName({ text }: { text: string }) {
  const characters = text.length > 2 * tailLength ? [...text] : []
  if (characters.length <= 2 * tailLength || rightToLeft.test(text)) {
    return (
      <span className={classes.whole} dir="auto">
        <ShownKey text={text} />
      </span>
    )
  }
  return (
    <span className={classes.name}>
      <span className={classes.start}>
        <ShownKey text={characters.slice(0, -tailLength).join('')} />
      </span>
      <ShownKey text={characters.slice(-tailLength).join('')} />
    </span>
  )
}
