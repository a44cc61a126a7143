import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Collection, FieldOrder, QueryExplain, QueryWarning } from '../../../contract/index.ts'
import { asCallError } from '../../bridge/call.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { formatLatency, formatNumber, useLanguage } from '../../language/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { fieldsText, withIndex } from './definition.ts'
import classes from './query.module.css'
import { ask } from './query-store.ts'
import { useQueryTexts } from './texts.ts'
import type { RunResults } from './use-run.ts'

interface ExplainedProps {
  readonly results: RunResults
  readonly collection: Collection
  readonly onChanged: () => void
}

/** What would have made the answer cheaper, with one click. */
export function Advice({ results: { warnings, input }, collection, onChanged }: ExplainedProps) {
  return (
    <div className={classes.advice}>
      {warnings.map((warning) => (
        <WarningLine key={warning.code} warning={warning} collection={collection} onChanged={onChanged} onRunAgain={() => ask(input)} />
      ))}
      <Building collection={collection} />
    </div>
  )
}

/** How the answer came about, in a sentence. */
export function PlanLine({ explain: { plan, indexes, range, examined, returned, sorted, durationMs } }: { explain: QueryExplain }) {
  const t = useQueryTexts()
  const language = useLanguage()
  const took = formatLatency(durationMs, language)
  const facts = { indexes: indexes.join(', '), examined: formatNumber(examined, language), returned: formatNumber(returned, language) }
  return (
    <p className={classes.plan} title={range}>
      {t(`plan.${plan}`, facts)} {sorted === 'in memory' && t('sortedInMemory')}{' '}
      <span className={classes.quiet}>
        {took.value} {took.unit}
      </span>
    </p>
  )
}

interface WarningLineProps extends Omit<ExplainedProps, 'results'> {
  readonly warning: QueryWarning
  readonly onRunAgain: () => void
}

function WarningLine({ warning: { code, index }, collection, onChanged, onRunAgain }: WarningLineProps) {
  const t = useQueryTexts()
  const present = index && collection.indexes.find(({ fields }) => fieldsText(fields) === fieldsText(index))
  const isReady = present?.state === 'ready'
  return (
    <div className={classes.warning}>
      <span>
        <LevelMark level="warning" />
        {t(`warning.${code}`)} {index !== undefined && present === undefined && t('suggestion', { fields: fieldsText(index) })}
        {isReady && t('indexReady', { name: present.name })}
      </span>
      {isReady && (
        <Button size="compact-sm" onClick={onRunAgain}>
          {t('runAgain')}
        </Button>
      )}
      {index !== undefined && present === undefined && <CreateIndex fields={index} collection={collection} onChanged={onChanged} />}
    </div>
  )
}

/** The index that would help. Where data is encrypted it asks first, since an index keeps its fields readable. */
function CreateIndex({ fields, collection, onChanged }: { fields: readonly FieldOrder[] } & Omit<ExplainedProps, 'results'>) {
  const t = useQueryTexts()
  const put = useCommand('collections.put')
  const [asks, setAsks] = useState(false)
  const create = async (acceptPlaintextIndex: boolean) => {
    await put.run({ ...withIndex(collection, fields), ifVersion: collection.version, acceptPlaintextIndex })
    onChanged()
  }
  const attempt = () =>
    create(false).catch((error: unknown) => {
      if (asCallError(error).code === 'plaintext_index') setAsks(true)
    })
  return (
    <>
      <Button size="compact-sm" loading={put.running} onClick={() => void attempt()}>
        {t('createIndex')}
      </Button>
      {put.error !== undefined && put.error.code !== 'plaintext_index' && <ErrorLine error={put.error} />}
      <ConfirmDialog
        opened={asks}
        title={t('acceptTitle')}
        action={t('acceptAction')}
        guarded
        onConfirm={() => create(true)}
        onClose={() => setAsks(false)}
      >
        <p className={classes.text}>{t('acceptText', { fields: fieldsText(fields) })}</p>
      </ConfirmDialog>
    </>
  )
}

/** The indexes of the collection that are being built: the query is worth running again after them. */
function Building({ collection }: { collection: Collection }) {
  const t = useQueryTexts()
  const ids = new Set(collection.indexes.flatMap(({ state, jobId }) => (state === 'building' && jobId !== undefined ? [jobId] : [])))
  const jobs = useOperation('jobs.list', { limit: 50 }, { enabled: ids.size > 0 })
  if (ids.size === 0 || jobs.state !== 'ready') return null
  const active = jobs.data.items.filter((job) => ids.has(job.id) && isActive(job))
  return active.map((job) => (
    <div key={job.id} className={classes.building}>
      <JobProgress job={job}>
        <p className={classes.quiet}>{t('indexStarted')}</p>
      </JobProgress>
    </div>
  ))
}
