import type { RecordItem } from '../../../contract/index.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import { Bytes, RelativeTime } from '../../ui/quantities.tsx'
import { useDataTexts } from './texts.ts'
import classes from './value-pane.module.css'

/** What is known of a record, in one line. */
export function MetaLine({ record }: { record: RecordItem }) {
  const t = useDataTexts()
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
        <dt>{t('updated')}</dt>
        <dd>
          <RelativeTime at={record.updatedAt} />
        </dd>
      </div>
      <div>
        <dt>{t('created')}</dt>
        <dd>
          <RelativeTime at={record.createdAt} />
        </dd>
      </div>
      {record.expiresAt !== undefined && (
        <div>
          <dt>
            {t('expires')} <HelpMark term="ttl" />
          </dt>
          <dd>
            <RelativeTime at={record.expiresAt} />
          </dd>
        </div>
      )}
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
