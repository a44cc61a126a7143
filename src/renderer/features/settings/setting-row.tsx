import { ActionIcon, Tooltip } from '@mantine/core'
import { RotateCcw, Undo2 } from 'lucide-react'
import { HelpMark } from '../../ui/help-mark.tsx'
import { useHelpTexts } from '../../ui/help-texts.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { AllowedText } from './allowed-text.tsx'
import { Editor } from './editors.tsx'
import type { ConfigEntry } from './entries.ts'
import { MistakeText } from './mistake-text.tsx'
import classes from './settings.module.css'
import { type StagedChange, stage, unstage } from './staged.ts'
import { useSettingsTexts } from './texts.ts'
import { ValueText } from './value-text.tsx'

interface SettingRowProps {
  readonly table: string
  readonly entry: ConfigEntry
  readonly staged: StagedChange | undefined
  readonly mistake: string | undefined
  /** Of the file that is shown. */
  readonly version: string
}

/** One setting: its name, the field to change it, what it means. */
export function SettingRow({ table, entry, staged, mistake, version }: SettingRowProps) {
  const t = useSettingsTexts()
  const value = staged === undefined ? entry.stored : staged.to === null ? entry.default : staged.to
  const id = `setting-${entry.key.replaceAll('.', '-')}`
  return (
    <tr data-staged={staged !== undefined}>
      <th scope="row" className={classes.name}>
        <code className={classes.key}>{entry.key.slice(table.length + 1)}</code>
        {staged === undefined ? (
          entry.changed && <span className={classes.tag}>{t('changed')}</span>
        ) : (
          <span className={classes.tag}>{t('staged')}</span>
        )}
      </th>
      <td>
        {entry.byHand === undefined ? (
          <div className={classes.field}>
            <Editor
              entry={entry}
              value={value}
              isInvalid={mistake !== undefined}
              describedBy={mistake === undefined ? id : `${id}-mistake ${id}`}
              onChange={(to) => stage(entry, to, version)}
            />
            <RowActions entry={entry} staged={staged} version={version} />
          </div>
        ) : (
          <div className={classes.field}>
            <ValueText value={entry.value} />
          </div>
        )}
        {mistake !== undefined && (
          <p className={classes.mistake} id={`${id}-mistake`} role="alert">
            <LevelMark level="critical" /> <MistakeText entry={entry} mistake={mistake} />
          </p>
        )}
        {entry.needsRestart && (
          <p className={classes.waiting}>
            <LevelMark level="warning" />
            <span>
              {t('inEffect')} <ValueText value={entry.value} unit={entry.unit} /> · {t('afterRestart')}{' '}
              <ValueText value={entry.stored} unit={entry.unit} />
            </span>
          </p>
        )}
      </td>
      <td id={id} className={classes.meaning}>
        {entry.description}
        {entry.byHand === undefined ? (
          <span className={classes.facts}>
            <AllowedText entry={entry} /> · {t('default')} <ValueText value={entry.default} unit={entry.unit} /> ·{' '}
            {t(`applies.${entry.applies}`)}
          </span>
        ) : (
          <span className={classes.facts}>{t('byHand')}</span>
        )}
        {entry.key === 'database.lmdb.flush_every_ms' && <DurabilityHelp />}
        {entry.key === 'backup.storage.path' && <span className={classes.facts}>{t('backupPath')}</span>}
      </td>
    </tr>
  )
}

/** The two answers between which this setting chooses. */
function DurabilityHelp() {
  const help = useHelpTexts()
  return (
    <span className={classes.facts}>
      {help('durable.name')} <HelpMark term="durable" /> · {help('committed.name')} <HelpMark term="committed" />
    </span>
  )
}

/** Takes a change back, or stages the default. The place is kept, so that nothing moves when a button comes. */
function RowActions({ entry, staged, version }: Pick<SettingRowProps, 'entry' | 'staged' | 'version'>) {
  const t = useSettingsTexts()
  const { key } = entry
  const label = staged ? t('takeBack', { key }) : t('toDefault', { key })
  if (!staged && !entry.changed) return <span className={classes.noAction} />
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={() => (staged ? unstage(key) : stage(entry, null, version))}>
        {staged ? <Undo2 size={16} /> : <RotateCcw size={16} />}
      </ActionIcon>
    </Tooltip>
  )
}
