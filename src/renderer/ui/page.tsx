import type { ReactNode } from 'react'
import classes from './page.module.css'

interface PageProps {
  readonly title: string
  /** One sentence of state. */
  readonly sentence?: ReactNode
  /** Buttons, the one that matters last. */
  readonly actions?: ReactNode
  /** The content fills the window and scrolls by itself, without padding. */
  readonly fill?: boolean
  readonly children: ReactNode
}

/** One page: title · one sentence of state · actions right; below it the content, which alone scrolls. */
export function Page({ title, sentence, actions, fill = false, children }: PageProps) {
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <h1 className={classes.title}>{title}</h1>
        <div className={classes.sentence}>{sentence}</div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      {fill ? (
        <div className={classes.fill}>{children}</div>
      ) : (
        // Scrolls, so it can be reached by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
        <section className={classes.content} tabIndex={0} aria-label={title}>
          {children}
        </section>
      )}
    </div>
  )
}

/** A part of a page: a hairline box with a heading and room for actions beside it. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.sectionHeader}>
        <h2 className={classes.sectionTitle}>{title}</h2>
        {actions}
      </div>
      <div className={classes.sectionBody}>{children}</div>
    </section>
  )
}
