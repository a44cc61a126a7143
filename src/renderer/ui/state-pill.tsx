import { Link } from 'wouter'
import type { Level } from '../../contract/index.ts'
import { LevelMark } from './level-mark.tsx'
import classes from './state-pill.module.css'

/** Says a state and its cause in a few words, and leads to the thing to do. */
export function StatePill({ level, text, href, title }: { level: Level; text: string; href?: string; title?: string }) {
  const content = (
    <>
      <LevelMark level={level} />
      <span className={classes.text}>{text}</span>
    </>
  )
  if (href === undefined) {
    return (
      <span className={classes.pill} data-level={level} title={title}>
        {content}
      </span>
    )
  }
  return (
    <Link className={classes.pill} data-level={level} href={href} title={title}>
      {content}
    </Link>
  )
}
