import { ActionIcon } from '@mantine/core'
import { Pencil } from 'lucide-react'
import type { Actor } from '../../../contract/index.ts'
import { useActivityTexts } from '../../ui/activity-texts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import { Bytes, RelativeTime } from '../../ui/quantities.tsx'
import { Countdown } from './countdown.tsx'
import { useDataTexts } from './texts.ts'
import classes from './value-pane.module.css'
import type { RecordHead } from './value-parts.ts'

interface MetaLineProps {
  readonly record: RecordHead
  readonly onEdit: () => void
  readonly onExpired: () => void
}

/** What is known of a record, in one line. */
export function MetaLine({ record, onEdit, onExpired }: MetaLineProps) {
  const t = useDataTexts()
  const actorText = useActorText()
  return (
    <dl className={classes.meta}>
      <div>
        <dt>{t('size')}</dt>
        <dd>
          <Bytes bytes={record.size} />
        </dd>
      </div>
      <div>
        <dt>{t('type')}</dt>
        <dd className={classes.mono}>{record.contentType}</dd>
      </div>
      <div>
        <dt>
          {t('expires')} <HelpMark term="ttl" />
        </dt>
        <dd>
          {record.expiresAt === undefined ? t('never') : <Countdown at={record.expiresAt} onEnd={onExpired} />}
          <ActionIcon size={20} variant="subtle" color="gray" aria-label={t('meta.open')} title={t('meta.open')} onClick={onEdit}>
            <Pencil size={12} />
          </ActionIcon>
        </dd>
      </div>
      <div>
        <dt>{t('updated')}</dt>
        <dd>
          <RelativeTime at={record.updatedAt} />
          {record.writtenBy !== null && <span className={classes.who}>{actorText(record.writtenBy)}</span>}
        </dd>
      </div>
      <div>
        <dt>{t('created')}</dt>
        <dd>
          <RelativeTime at={record.createdAt} />
        </dd>
      </div>
      <div>
        <dt>
          {t('version')} <HelpMark term="version" />
        </dt>
        <dd className={classes.mono}>
          <span className={classes.version} title={record.version}>
            {record.version}
          </span>
          <CopyButton small text={record.version} label={`${t('version')} ${record.version}`} />
        </dd>
      </div>
    </dl>
  )
}

/** Who, and through which door as far as that is known. */
export function useActorText(): (actor: Actor) => string {
  const t = useActivityTexts()
  return ({ kind, door }) => (door === undefined ? t(`who.${kind}`) : `${t(`who.${kind}`)} · ${t(`by.${door}`)}`)
}
