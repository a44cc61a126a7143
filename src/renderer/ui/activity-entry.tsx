import { Button } from '@mantine/core'
import type { ActivityEntry } from '../../contract/index.ts'
import { type ActivityAction, activityActions } from '../../contract/index.ts'
import { formatAbsolute, formatNumber, useLanguage } from '../language/index.ts'
import classes from './activity-entry.module.css'
import { useActivityTexts } from './activity-texts.ts'
import { useErrorText } from './error-text.ts'
import { LevelMark } from './level-mark.tsx'
import { RelativeTime } from './quantities.tsx'

/** Counts that say most of an act, in this order; the first two that are not zero are shown. */
const shownFacts = ['deleted', 'written', 'imported', 'replaced', 'restored', 'removed', 'left', 'failed', 'records'] as const
const maxFacts = 2

/** Acts that take their time and may fail: "Made a backup" would be wrong of one that failed. */
const triedActions = [
  'records.deletedByPrefix',
  'records.deleted',
  'records.ttlChanged',
  'records.imported',
  'records.sampleLoaded',
  'backup.made',
  'backup.verified',
  'backup.restored',
  'store.compacted',
  'undo.records',
  'undo.restore',
] as const satisfies readonly ActivityAction[]
const isTried = (action: string): action is (typeof triedActions)[number] => (triedActions as readonly string[]).includes(action)

/** What was done, to what, how it went; who did it; when; and the way back. One line of equal columns. */
export function ActivityLine({ entry, onUndo }: { entry: ActivityEntry; onUndo: (entry: ActivityEntry) => void }) {
  return (
    <>
      <span className={classes.when}>
        <RelativeTime at={entry.at} narrow />
      </span>
      <What entry={entry} />
      <Who entry={entry} />
      <span className={classes.undo}>
        <UndoState entry={entry} onUndo={onUndo} />
      </span>
    </>
  )
}

function What({ entry }: { entry: ActivityEntry }) {
  const t = useActivityTexts()
  const language = useLanguage()
  const errorText = useErrorText()
  const { target, facts, outcome, error } = entry
  const name = target?.key ?? target?.prefix ?? target?.backupId ?? target?.name
  const counts = shownFacts
    .filter((fact) => typeof facts?.[fact] === 'number' && facts[fact] !== 0)
    .slice(0, maxFacts)
    .map((fact) => t(`fact.${fact}`, { count: Number(facts?.[fact]), n: formatNumber(Number(facts?.[fact]), language) }))
  return (
    <span className={classes.what}>
      {outcome !== 'succeeded' && <LevelMark level={outcome === 'failed' ? 'critical' : 'warning'} />}
      <span className={classes.action}>{useActionText(entry)}</span>
      {name !== undefined && <code title={name}>{name}</code>}
      {outcome !== 'succeeded' && <span className={classes.outcome}>{t(`outcome.${outcome}`)}</span>}
      {counts.length > 0 && <span className={classes.facts}>{counts.join(' · ')}</span>}
      {error !== undefined && outcome === 'failed' && (
        <span className={classes.reason} title={error.detail}>
          {errorText({ code: error.code, message: error.detail, details: {} }).text}
        </span>
      )}
    </span>
  )
}

/** The words of an action, as done or as tried; its code where this app is older than the host. */
export function useActionText({ action, outcome }: Pick<ActivityEntry, 'action' | 'outcome'>): string {
  const t = useActivityTexts()
  if (outcome !== 'succeeded' && isTried(action)) return t(`try.${action}`)
  const known = (activityActions as readonly string[]).includes(action)
  return known ? t(`do.${action as ActivityAction}`) : action
}

function Who({ entry: { actor } }: { entry: ActivityEntry }) {
  const t = useActivityTexts()
  return (
    <span className={classes.who}>
      {t(`who.${actor.kind}`)}
      {actor.door !== undefined && <span className={classes.door}> · {t(`by.${actor.door}`)}</span>}
    </span>
  )
}

function UndoState({ entry, onUndo }: { entry: ActivityEntry; onUndo: (entry: ActivityEntry) => void }) {
  const t = useActivityTexts()
  const language = useLanguage()
  if (entry.undo === undefined) return null
  switch (entry.undo.state) {
    case 'possible': {
      const until = entry.undo.until && t('undo.until', { time: formatAbsolute(Date.parse(entry.undo.until), language).local })
      return (
        <Button size="compact-xs" variant="default" title={until} onClick={() => onUndo(entry)}>
          {t('undo')}
        </Button>
      )
    }
    case 'undone':
      return <span className={classes.past}>{t('undone')}</span>
    case 'expired':
      return <span className={classes.past}>{t('expired')}</span>
    default:
      return entry.undo.state satisfies never
  }
}
