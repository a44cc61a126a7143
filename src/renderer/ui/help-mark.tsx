import { ActionIcon, Popover } from '@mantine/core'
import { CircleHelp } from 'lucide-react'
import classes from './help-mark.module.css'
import { type HelpTerm, helpDocuments, useHelpTexts } from './help-texts.ts'

/** A small “?” beside a word: what it means, in two sentences, and which document says more. */
export function HelpMark({ term }: { term: HelpTerm }) {
  const t = useHelpTexts()
  const name = t(`${term}.name`)
  const more = helpDocuments[term]
  return (
    <Popover width={300} position="top" withArrow trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={18} aria-label={t('what', { name })} className={classes.mark ?? ''}>
          <CircleHelp size={13} aria-hidden="true" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={name} className={classes.help ?? ''} tabIndex={-1}>
        <strong>{name}</strong>
        <p>{t(`${term}.text`)}</p>
        <span className={classes.more}>
          {t('more')} <code>{more}</code>
        </span>
      </Popover.Dropdown>
    </Popover>
  )
}
