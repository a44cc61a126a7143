import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'

/** The same as the contract's default: each of them ends a segment. */
const segments = /[^:/]*[:/]|[^:/]+$/g

/** Where one is, each step a way back. */
export function PrefixPath({ prefix, onChoose }: { prefix: string; onChoose: (prefix: string) => void }) {
  const t = useSpaceTexts()
  if (prefix === '') return null
  const parts = prefix.match(segments) ?? []
  const ends = parts.map((_, place) => parts.slice(0, place + 1).join(''))
  return (
    <nav className={classes.path} aria-label={t('path')}>
      <button type="button" onClick={() => onChoose('')}>
        {t('whole')}
      </button>
      {parts.map((part, place) => (
        <span key={ends[place]}>
          {' › '}
          {place === parts.length - 1 ? (
            <code aria-current="location">{part}</code>
          ) : (
            <button type="button" onClick={() => onChoose(ends[place] as string)}>
              <code>{part}</code>
            </button>
          )}
        </span>
      ))}
    </nav>
  )
}
