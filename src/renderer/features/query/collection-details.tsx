import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Collection } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { Section } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/quantities.tsx'
import { useStartJob } from '../../ui/start-job.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './collections.module.css'
import { IndexTable } from './index-table.tsx'
import { chooseCollection } from './query-store.ts'
import { Records } from './records.tsx'
import { RemoveDialog } from './remove-dialogs.tsx'
import { useQueryTexts } from './texts.ts'

interface CollectionDetailsProps {
  readonly collection: Collection
  readonly onEdit: () => void
  readonly onChanged: () => void
}

export function CollectionDetails({ collection, onEdit, onChanged }: CollectionDetailsProps) {
  const t = useQueryTexts()
  const ui = useUiTexts()
  const start = useStartJob()
  const [removing, setRemoving] = useState(false)
  const { name, schemaVersion } = collection
  return (
    <>
      <Section
        title={name}
        actions={
          <div className={classes.actions}>
            <Button onClick={() => setRemoving(true)}>{t('remove')}</Button>
            {schemaVersion > 1 && (
              <Button onClick={() => start('collections.migrate', { name }, ui('job.collection-migrate'))}>
                {t('migrate', { n: schemaVersion })}
              </Button>
            )}
            <Button onClick={onEdit}>{t('edit')}</Button>
            <Button onClick={() => chooseCollection(name)}>{t('query')}</Button>
          </div>
        }
      >
        <Facts collection={collection} />
        <Migration name={name} />
      </Section>
      <IndexTable collection={collection} onChanged={onChanged} />
      <RemoveDialog collection={removing ? collection : undefined} onRemoved={onChanged} onClose={() => setRemoving(false)} />
    </>
  )
}

function Facts({ collection }: { collection: Collection }) {
  const t = useQueryTexts()
  const language = useLanguage()
  const { prefix, id, schema, schemaVersion, defaultTtlSeconds, saved, changedAt } = collection
  return (
    <dl className={classes.facts}>
      <Fact name={t('prefix')}>
        <code className={classes.code}>{prefix}</code>
      </Fact>
      <Fact name={t('records')}>
        <Records collection={collection} />
      </Fact>
      {id !== undefined && (
        <Fact name={t('idField')}>
          <code className={classes.code}>{id.path}</code>
        </Fact>
      )}
      <Fact name={t('shape')}>{schema === undefined ? t('shapeNone') : t('shapeSome')}</Fact>
      <Fact name={t('version')}>{schemaVersion}</Fact>
      <Fact name={t('ttl')}>
        {defaultTtlSeconds === undefined ? t('forever') : t('seconds', { n: formatNumber(defaultTtlSeconds, language) })}
      </Fact>
      <Fact name={t('savedShare')}>{saved === null ? t('notMeasured') : `${formatNumber(100 * saved, language)} %`}</Fact>
      <Fact name={t('changed')}>
        <RelativeTime at={changedAt} />
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** The running migration of this collection. */
function Migration({ name }: { name: string }) {
  const jobs = useOperation('jobs.list', { limit: 50 })
  if (jobs.state !== 'ready') return null
  const job = jobs.data.items.find((one) => one.kind === 'collection-migrate' && one.subject === name && isActive(one))
  return job === undefined ? null : (
    <div className={classes.job}>
      <JobProgress job={job} />
    </div>
  )
}
