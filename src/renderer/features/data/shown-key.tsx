import { Fragment } from 'react'
import classes from './shown-key.module.css'

/** Characters that nobody would see: controls, line ends, marks of direction, spaces that are not one, and what joins letters unseen. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0\u2000-\u200a\u202f\u205f\u3000\ufeff]/u
const names: Readonly<Record<string, string>> = { '\n': '⏎', '\r': '␍', '\t': '⇥' }

const nameOf = (character: string): string =>
  names[character] ?? `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`

/** A key in its own direction, with the characters that nobody would see by their names. */
export function ShownKey({ text }: { text: string }) {
  if (!unseen.test(text)) return <bdi>{text}</bdi>
  const parts = text.split(new RegExp(`(${unseen.source})`, 'u'))
  return (
    <bdi>
      {parts.map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, told apart by their place
        <Fragment key={place}>{unseen.test(part) ? <span className={classes.unseen}>{nameOf(part)}</span> : part}</Fragment>
      ))}
    </bdi>
  )
}
