import { Button, Modal, Radio } from '@mantine/core'
import { useRef, useState } from 'react'
import { formatBytes, formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './dialogs.module.css'
import { type ExportProgress, exportRecords } from './export-run.ts'
import { fileNameOf, openFileSink } from './save-file.ts'
import { useDataTexts } from './texts.ts'

interface ExportDialogProps {
  readonly opened: boolean
  readonly prefix: string
  readonly onClose: () => void
}

type Phase = 'idle' | 'running' | 'done' | 'failed'

/** Writes records to a file as they come, a page at a time. */
export function ExportDialog({ opened, prefix, onClose }: ExportDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const [whole, setWhole] = useState(false)
  const [phase, setPhase] = useState<Phase>('idle')
  const [progress, setProgress] = useState<ExportProgress>({ records: 0, bytes: 0 })
  const [error, setError] = useState<unknown>()
  const controller = useRef(new AbortController())
  const chosen = whole ? '' : prefix

  const run = async () => {
    const sink = await openFileSink(fileNameOf(chosen === '' ? 'records' : chosen, '.ndjson'), 'application/x-ndjson')
    if (!sink) return
    controller.current = new AbortController()
    const { signal } = controller.current
    setPhase('running')
    try {
      await exportRecords({ prefix: chosen, write: (piece) => sink.write(piece), onProgress: setProgress }, signal)
      await sink.close()
      setPhase('done')
    } catch (failure) {
      await sink.abort()
      setError(signal.aborted ? undefined : failure)
      setPhase(signal.aborted ? 'idle' : 'failed')
    }
  }
  const close = () => {
    if (phase === 'running') return
    setPhase('idle')
    setError(undefined)
    onClose()
  }
  const n = formatNumber(progress.records, language)
  const size = Object.values(formatBytes(progress.bytes, language)).join(' ')
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('export.title')}
      closeButtonProps={{ 'aria-label': ui('close'), disabled: phase === 'running' }}
    >
      <div className={classes.form}>
        {phase === 'idle' && (
          <>
            {prefix !== '' && (
              <Radio.Group
                label={t('export.what')}
                value={whole ? 'all' : 'prefix'}
                onChange={(value) => setWhole(value === 'all')}
                classNames={{ root: classes.radios }}
              >
                <Radio value="prefix" label={t('export.prefix', { prefix })} />
                <Radio value="all" label={t('export.all')} />
              </Radio.Group>
            )}
            <p className={classes.text}>{t('export.text')}</p>
          </>
        )}
        <div role="status">
          {phase === 'running' && t('export.running', { n, size })}
          {phase === 'done' && t('export.done', { count: progress.records, n })}
        </div>
        {error !== undefined && <ErrorLine error={error} />}
        <DialogActions>
          {phase === 'running' ? (
            <Button onClick={() => controller.current.abort()}>{t('stop')}</Button>
          ) : (
            <Button onClick={close}>{phase === 'done' ? ui('close') : ui('cancel')}</Button>
          )}
          {(phase === 'idle' || phase === 'failed') && (
            <Button variant="filled" onClick={() => void run()}>
              {t('export.action')}
            </Button>
          )}
        </DialogActions>
      </div>
    </Modal>
  )
}
