import { Button, Modal, Progress, Radio } from '@mantine/core'
import { useState } from 'react'
import { type ExportFormat, exportFormats } from '../../../formats/export-format.ts'
import { formatBytes, formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { beginExport, cancelExport, closeExport, useExportStore } from './export-store.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'

/** What, in which form; then how far it is. Closing it does not end the export. */
export function ExportDialog() {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const { opened, phase, error } = useExportStore()
  return (
    <Modal opened={opened} onClose={closeExport} size={520} title={t('export.title')} closeButtonProps={{ 'aria-label': ui('close') }}>
      <div className={classes.form}>
        {(phase === 'idle' || phase === 'failed') && <ExportChoice />}
        {(phase === 'running' || phase === 'done') && <ExportProgress />}
        {error !== undefined && <ErrorLine error={error} />}
      </div>
    </Modal>
  )
}

function ExportChoice() {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const { scope } = useExportStore()
  const [whole, setWhole] = useState(false)
  const [format, setFormat] = useState<ExportFormat>('ndjson')
  const chosen = whole ? { prefix: '' } : scope
  return (
    <>
      {scope.keys && <p className={classes.text}>{t('export.selection', { count: scope.keys.length, n: scope.keys.length })}</p>}
      {!scope.keys && scope.prefix === '' && <p className={classes.text}>{t('export.all')}</p>}
      {!scope.keys && scope.prefix !== '' && (
        <Radio.Group
          label={t('export.what')}
          value={whole ? 'all' : 'prefix'}
          onChange={(value) => setWhole(value === 'all')}
          classNames={{ root: classes.radios }}
        >
          <Radio value="prefix" label={t('export.prefix', { prefix: scope.prefix })} />
          <Radio value="all" label={t('export.all')} />
        </Radio.Group>
      )}
      <Radio.Group
        label={t('export.format')}
        value={format}
        onChange={(value) => setFormat(value as ExportFormat)}
        classNames={{ root: classes.radios }}
      >
        {exportFormats.map((name) => (
          <Radio
            key={name}
            value={name}
            data-autofocus={name === format || undefined}
            label={t(`export.${name}`)}
            description={t(`export.${name}Text`)}
          />
        ))}
      </Radio.Group>
      <DialogActions>
        <Button onClick={closeExport}>{ui('cancel')}</Button>
        <Button variant="filled" onClick={() => void beginExport(chosen, format)}>
          {t('export.action')}
        </Button>
      </DialogActions>
    </>
  )
}

function ExportProgress() {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const { phase, figures } = useExportStore()
  const n = formatNumber(figures.records, language)
  const size = Object.values(formatBytes(figures.bytes, language)).join(' ')
  return (
    <>
      <div role="status">
        {phase === 'done'
          ? t('export.done', { count: figures.records, n })
          : t(figures.phase === 'columns' ? 'export.columns' : 'export.running', { n, size })}
      </div>
      {phase === 'running' && (
        <>
          <Progress size="sm" value={100} striped animated aria-label={t('export.title')} />
          <div className={classes.hint}>{t('export.stopText')}</div>
        </>
      )}
      <DialogActions>
        {phase === 'running' && <Button onClick={cancelExport}>{t('stop')}</Button>}
        <Button onClick={closeExport}>{phase === 'done' ? ui('close') : t('background')}</Button>
      </DialogActions>
    </>
  )
}
