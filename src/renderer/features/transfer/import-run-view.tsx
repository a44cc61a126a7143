import { Button, Progress } from '@mantine/core'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { FailedLines } from './failed-lines.tsx'
import { cancelImport, closeImport, resumeImport } from './import-actions.ts'
import { useImportFigures } from './import-figures.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import { type ImportTask, isBusy, updateTask, useTransferStore } from './transfer-store.ts'

/** An import, or its dry run, while it runs and when it has ended. */
export function ImportRunView({ task }: { task: ImportTask }) {
  return isBusy(task) ? <Running task={task} /> : <Ended task={task} />
}

function Running({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const { phase, file, error } = task
  const { fraction, done, speed } = useImportFigures(task)
  const isCheck = phase === 'checking'
  const name = isCheck ? 'import.checking' : phase === 'paused' ? 'import.paused' : 'import.running'
  return (
    <>
      <div role="status">{t(name, { file: file.name })}</div>
      <Progress size="sm" value={100 * fraction} aria-label={t('import.title')} />
      <div className={classes.figures}>
        <span>{done}</span>
        <span>{speed}</span>
      </div>
      <p className={classes.hint}>{t(isCheck ? 'import.checkStop' : 'import.stopText')}</p>
      {error && <ErrorLine error={error} />}
      <DialogActions>
        <Button onClick={cancelImport}>{t('stop')}</Button>
        {phase === 'paused' ? (
          <Button variant="filled" onClick={resumeImport}>
            {t('import.resume')}
          </Button>
        ) : (
          <Button onClick={closeImport}>{t('background')}</Button>
        )}
      </DialogActions>
    </>
  )
}

function Ended({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const { phase, figures, result, id } = task
  const n = (count: number) => formatNumber(count, language)
  const another = () => useTransferStore.setState(({ waiting }) => (waiting.length > 0 ? {} : { task: undefined }))
  return (
    <>
      <div role="status">
        {phase === 'stopped' && `${t('import.stopped')} `}
        {t('import.done', { count: figures.imported, n: n(figures.imported) })}
        {figures.created + figures.replaced > 0 && (
          <div className={classes.hint}>{t('import.split', { created: n(figures.created), replaced: n(figures.replaced) })}</div>
        )}
        {figures.skipped > 0 && (
          <div className={classes.hint}>{t('import.skipped', { count: figures.skipped, n: n(figures.skipped) })}</div>
        )}
      </div>
      {phase === 'failed' && <Failure task={task} />}
      {result && figures.failed > 0 && <FailedLines task={task} result={result} />}
      <DialogActions>
        {phase === 'done' ? (
          <Button onClick={another}>{t('import.another')}</Button>
        ) : (
          <Button onClick={() => updateTask(id, { phase: 'setup', error: undefined })}>{t('import.back')}</Button>
        )}
        <Button variant="filled" onClick={closeImport}>
          {ui('close')}
        </Button>
      </DialogActions>
    </>
  )
}

function Failure({ task: { error } }: { task: ImportTask }) {
  const t = useTransferTexts()
  if (!error) return null
  const { code, details } = error
  if (code === 'item-long' || code === 'not-a-list') {
    return <div className={classes.reason}>{t(`unreadable.${code}`, { line: Number(details.line) })}</div>
  }
  if (code === 'conflict' && typeof details.key === 'string') {
    return <div className={classes.reason}>{t('conflict', { key: details.key })}</div>
  }
  return <ErrorLine error={error} />
}
