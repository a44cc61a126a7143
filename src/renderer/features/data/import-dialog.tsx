import { Button, FileButton, Modal, Progress } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { ImportReport } from '../../../contract/index.ts'
import { asCallError } from '../../bridge/call.ts'
import { formatBytes, formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './dialogs.module.css'
import { errorReport, type ImportProgress, importFile } from './import-run.ts'
import { saveBytes } from './save-file.ts'
import { useDataTexts } from './texts.ts'

/** Failed lines listed in the dialog; the report has them all. */
const listedErrors = 50
const example = '{"key":"sensor:1","value":{"celsius":21.5}}'
const nothingYet: ImportProgress = { imported: 0, failed: 0, errors: [], readBytes: 0 }

interface ImportDialogProps {
  readonly opened: boolean
  /** A file that was dropped on the page: its import begins at once. */
  readonly dropped: File | undefined
  readonly onClose: () => void
}

export function ImportDialog({ opened, dropped, onClose }: ImportDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const run = useImport()
  const { start } = run
  useEffect(() => {
    if (opened && dropped) void start(dropped)
  }, [opened, dropped, start])
  const close = () => {
    // A running import is stopped by its own button, not by a click beside the dialog.
    if (run.phase === 'running') return
    run.reset()
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      size={560}
      title={t('import.title')}
      closeButtonProps={{ 'aria-label': ui('close'), disabled: run.phase === 'running' }}
    >
      <div className={classes.form}>
        {run.phase === 'idle' && <ChooseFile onFile={(file) => void start(file)} />}
        {run.phase !== 'idle' && <RunView run={run} />}
        <DialogActions>
          {run.phase === 'running' ? (
            <Button onClick={run.stop}>{t('import.stop')}</Button>
          ) : (
            <>
              {run.phase !== 'idle' && <Button onClick={run.reset}>{t('import.again')}</Button>}
              <Button onClick={close} {...(run.phase === 'idle' ? {} : { variant: 'filled' })}>
                {run.phase === 'idle' ? ui('cancel') : ui('close')}
              </Button>
            </>
          )}
        </DialogActions>
      </div>
    </Modal>
  )
}

interface ImportRun {
  readonly phase: 'idle' | 'running' | 'done' | 'stopped' | 'failed'
  readonly file: File | undefined
  readonly progress: ImportProgress
  readonly error: unknown
  readonly start: (file: File) => Promise<void>
  readonly stop: () => void
  readonly reset: () => void
}

function useImport(): ImportRun {
  const t = useDataTexts()
  const [state, setState] = useState<Pick<ImportRun, 'phase' | 'file' | 'progress' | 'error'>>({
    phase: 'idle',
    file: undefined,
    progress: nothingYet,
    error: undefined,
  })
  const controller = useRef(new AbortController())
  const texts = useRef(t)
  useEffect(() => {
    texts.current = t
  })
  const [actions] = useState(() => ({
    start: async (file: File) => {
      controller.current = new AbortController()
      const { signal } = controller.current
      setState({ phase: 'running', file, progress: nothingYet, error: undefined })
      const onProgress = (progress: ImportProgress) => setState((before) => ({ ...before, progress }))
      try {
        await importFile(file, { onProgress, invalidText: texts.current('import.notUtf8') }, signal)
        setState((before) => ({ ...before, phase: 'done' }))
      } catch (failure) {
        const error = failure instanceof RangeError ? new Error(texts.current('import.lineLong', { line: failure.message })) : failure
        setState((before) => ({ ...before, phase: signal.aborted ? 'stopped' : 'failed', error: signal.aborted ? undefined : error }))
      }
    },
    stop: () => controller.current.abort(),
    reset: () => setState({ phase: 'idle', file: undefined, progress: nothingYet, error: undefined }),
  }))
  return { ...state, ...actions }
}

function ChooseFile({ onFile }: { onFile: (file: File) => void }) {
  const t = useDataTexts()
  const [before, after] = t('import.text', { example: '\u0000' }).split('\u0000')
  return (
    <>
      <p className={classes.text}>
        {before}
        <code>{example}</code>
        {after}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button is the one for everybody */}
      <div
        className={classes.drop}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          const [file] = event.dataTransfer.files
          if (file) onFile(file)
        }}
      >
        <FileButton onChange={(file) => file && onFile(file)} accept=".ndjson,.jsonl,.json,.txt,application/x-ndjson">
          {(props) => (
            <Button {...props} variant="filled" data-autofocus>
              {t('import.choose')}
            </Button>
          )}
        </FileButton>
        <span>{t('import.drop')}</span>
      </div>
    </>
  )
}

function RunView({ run }: { run: ImportRun }) {
  const t = useDataTexts()
  const language = useLanguage()
  const { phase, file, progress } = run
  const total = file?.size ?? 0
  const size = (bytes: number) => Object.values(formatBytes(bytes, language)).join(' ')
  const n = formatNumber(progress.imported, language)
  return (
    <>
      <div role="status">
        {phase === 'running' && t('import.running', { file: file?.name ?? '' })}
        {phase === 'stopped' && `${t('import.stopped')} `}
        {phase !== 'running' && t('import.done', { count: progress.imported, n })}
      </div>
      {phase === 'running' && (
        <>
          <Progress size="sm" value={total === 0 ? 0 : (100 * progress.readBytes) / total} aria-label={t('import.title')} />
          <div className={classes.figures}>
            {t('import.figures', {
              imported: n,
              failed: formatNumber(progress.failed, language),
              done: size(progress.readBytes),
              total: size(total),
            })}
          </div>
          <div className={classes.hint}>{t('import.stopText')}</div>
        </>
      )}
      {run.error !== undefined && <ErrorLine error={asCallError(run.error)} />}
      {phase !== 'running' && progress.failed > 0 && <FailedLines report={progress} />}
    </>
  )
}

function FailedLines({ report }: { report: ImportReport }) {
  const t = useDataTexts()
  const language = useLanguage()
  const save = () => saveBytes('import-report.tsv', 'text/tab-separated-values', new TextEncoder().encode(errorReport(report.errors)))
  return (
    <>
      <div className={classes.line}>
        <LevelMark level="warning" />
        <strong>{t('import.failed', { count: report.failed, n: formatNumber(report.failed, language) })}</strong>
        <Button onClick={() => void save()}>{t('import.report')}</Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus */}
      <section className={classes.failed} tabIndex={0} aria-label={t('import.reason')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('import.line')}</th>
              <th scope="col">{t('import.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {report.errors.slice(0, listedErrors).map((error) => (
              <tr key={error.line}>
                <td>{formatNumber(error.line, language)}</td>
                <td>{error.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
