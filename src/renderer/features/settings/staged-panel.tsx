import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { X } from 'lucide-react'
import { LevelMark } from '../../ui/level-mark.tsx'
import { useProductionQuestion } from '../../ui/production-question.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import type { ConfigEntry } from './entries.ts'
import { MistakeText } from './mistake-text.tsx'
import classes from './settings.module.css'
import { discardStaged, type StagedChange, unstage } from './staged.ts'
import { useSettingsTexts } from './texts.ts'
import type { useApply } from './use-apply.ts'
import type { Checked } from './use-check.ts'
import { ValueText } from './value-text.tsx'

interface StagedPanelProps {
  readonly staged: readonly StagedChange[]
  readonly entries: readonly ConfigEntry[]
  readonly checked: Checked
  readonly applying: ReturnType<typeof useApply>
  readonly onApply: () => void
  /** Leads to a setting. */
  readonly onShow: (key: string) => void
}

/** What waits for Apply, old → new, with what a restart is needed for; after it, what was done and a way back. */
export function StagedPanel({ staged, entries, checked, applying, onApply, onShow }: StagedPanelProps) {
  const t = useSettingsTexts()
  const production = useProductionQuestion(staged.length > 0)
  const apply = () => {
    production.reset()
    onApply()
  }
  if (staged.length === 0) return <DonePanel applying={applying} entries={entries} />
  const mistakes = Object.keys(checked.mistakes).length
  return (
    <section className={classes.panel} aria-label={t('stagedTitle')}>
      <div className={classes.panelHead}>
        <strong>{t('stagedCount', { count: staged.length })}</strong>
        <span className={classes.panelNote}>{mistakes > 0 && t('mistakes', { count: mistakes })}</span>
        <Button onClick={discardStaged}>{t('discard')}</Button>
        <Button
          variant="filled"
          loading={applying.running}
          disabled={mistakes > 0 || checked.problem !== undefined || !checked.isDone || !production.answered}
          onClick={apply}
        >
          {t('apply')}
        </Button>
      </div>
      {production.field}
      {(applying.error ?? checked.problem) !== undefined && <ErrorLine error={applying.error ?? checked.problem} />}
      <ul className={classes.changes}>
        {staged.map((change) => (
          <StagedLine
            key={change.key}
            change={change}
            entry={entries.find(({ key }) => key === change.key)}
            mistake={checked.mistakes[change.key]}
            onShow={() => onShow(change.key)}
          />
        ))}
      </ul>
    </section>
  )
}

interface StagedLineProps {
  readonly change: StagedChange
  readonly entry: ConfigEntry | undefined
  readonly mistake: string | undefined
  readonly onShow: () => void
}

function StagedLine({ change: { key, from, to }, entry, mistake, onShow }: StagedLineProps) {
  const t = useSettingsTexts()
  const label = t('takeBack', { key })
  return (
    <li>
      <button type="button" className={classes.toSetting} onClick={onShow}>
        {mistake !== undefined && <LevelMark level="critical" />} <code className={classes.key}>{key}</code>
      </button>
      <span className={classes.change}>
        <ValueText value={from} unit={entry?.unit} /> →{' '}
        {entry?.secret && to !== null ? t('newSecret') : <ValueText value={to ?? entry?.default} unit={entry?.unit} />}
        {to === null && <span className={classes.unit}> ({t('default')})</span>}
      </span>
      {mistake === undefined || entry === undefined ? (
        <span className={classes.unit}>{entry && t(`applies.${entry.applies}`)}</span>
      ) : (
        <span className={classes.lineMistake}>
          <MistakeText entry={entry} mistake={mistake} />
        </span>
      )}
      <Tooltip label={label}>
        <ActionIcon size={20} aria-label={label} onClick={() => unstage(key)}>
          <X size={14} />
        </ActionIcon>
      </Tooltip>
    </li>
  )
}

function DonePanel({ applying: { done, error, running, undo, forget } }: Pick<StagedPanelProps, 'applying' | 'entries'>) {
  const t = useSettingsTexts()
  if (done === undefined && error === undefined) return null
  const waits = done?.changes.some(({ applies }) => applies === 'restart')
  return (
    <section className={classes.panel} aria-label={t('doneTitle')} role="status">
      <div className={classes.panelHead}>
        {done && <strong>{t(done.kind === 'applied' ? 'applied' : 'undone', { count: done.changes.length })}</strong>}
        <span className={classes.panelNote}>{waits && t('howToRestart')}</span>
        {done?.kind === 'applied' && (
          <Button loading={running} onClick={() => void undo()}>
            {t('undo')}
          </Button>
        )}
        <Tooltip label={t('close')}>
          <ActionIcon aria-label={t('close')} onClick={forget}>
            <X size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      {error !== undefined && <ErrorLine error={error} />}
    </section>
  )
}
