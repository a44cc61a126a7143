import type { Level } from '../../contract/index.ts'
import classes from './level-mark.module.css'
import { useUiTexts } from './texts.ts'

/** Each level has a shape of its own, so that it is told without colour: ● ▲ ■ ◆. */
const shapes: Record<Level, string> = {
  normal: 'M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8z',
  warning: 'M5 .8 9.6 9H.4z',
  critical: 'M1 1h8v8H1z',
  unknown: 'M5 .2 9.8 5 5 9.8.2 5z',
}

/** The shape alone: what stands beside it has to say the word. */
export function LevelMark({ level }: { level: Level }) {
  return (
    <svg className={classes.mark} data-level={level} viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      <path d={shapes[level]} />
    </svg>
  )
}

/** The shape with its word. */
export function LevelWord({ level }: { level: Level }) {
  const t = useUiTexts()
  return (
    <span className={classes.word} data-level={level}>
      <LevelMark level={level} />
      {t(level)}
    </span>
  )
}
