import { formatNumber, useLanguage } from '../../language/index.ts'
import { FailedLines } from './failed-lines.tsx'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import type { ImportTask } from './transfer-store.ts'

/** What the dry run found. */
export function Outcome({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const language = useLanguage()
  const { figures, result, existing } = task
  const n = (count: number) => ({ count, n: formatNumber(count, language) })
  const isRefused = existing === 'stop' && figures.replaced > 0
  return (
    <div className={classes.group} role="status">
      <strong>{t('checked.title')}</strong>
      <div>
        {[
          t('checked.created', n(figures.created)),
          ...(figures.replaced > 0 && !isRefused ? [t('checked.replaced', n(figures.replaced))] : []),
          ...(figures.skipped > 0 ? [t('checked.skipped', n(figures.skipped))] : []),
        ].join(' · ')}
      </div>
      {isRefused && <div className={classes.reason}>{t('checked.refused', n(figures.replaced))}</div>}
      <p className={classes.hint}>{t('checked.twice')}</p>
      {result && figures.failed > 0 && <FailedLines task={task} result={result} />}
    </div>
  )
}
