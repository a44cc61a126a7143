import { useEffect } from 'react'
import { formatBytes, formatNumber, useLanguage } from '../../language/index.ts'
import { endPageWork, showPageWork, useKeepWindow } from '../../ui/page-work.ts'
import { useTransferRequests } from '../../ui/transfer-request.ts'
import { ExportDialog } from './export-dialog.tsx'
import { openExport, useExportStore } from './export-store.ts'
import { addFiles } from './import-actions.ts'
import { ImportDialog } from './import-dialog.tsx'
import { useImportFigures } from './import-figures.ts'
import { useTransferTexts } from './texts.ts'
import { type ImportTask, isBusy, useTransferStore } from './transfer-store.ts'
import { WindowDrop } from './window-drop.tsx'

/** Import and export, on every page: their dialogs, the drop of files, and what goes on without a dialog. */
export default function Transfer() {
  const task = useTransferStore((state) => state.task)
  useRequests()
  useKeepWindow()
  useExportWork()
  return (
    <>
      <ImportDialog />
      <ExportDialog />
      <WindowDrop />
      {task && isBusy(task) && <ImportWork task={task} />}
    </>
  )
}

function useRequests(): void {
  const requests = useTransferRequests((state) => state.requests)
  useEffect(() => {
    if (requests.length === 0) return
    const request = useTransferRequests.getState().take()
    if (request?.kind === 'import') {
      useTransferStore.setState({ opened: true })
      if (request.files) void addFiles(request.files)
    }
    if (request?.kind === 'export') openExport(request.keys ? { prefix: request.prefix, keys: request.keys } : { prefix: request.prefix })
  }, [requests])
}

/** The import among the jobs. */
function ImportWork({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const { fraction, done } = useImportFigures(task)
  const name = t('import.title')
  const { id, phase, file } = task
  useEffect(() => {
    const open = () => useTransferStore.setState({ opened: true })
    showPageWork({ id: `import-${id}`, name, subject: file.name, figures: done, fraction, paused: phase === 'paused', open })
  }, [id, name, file, done, fraction, phase])
  useEffect(() => () => endPageWork(`import-${id}`), [id])
  return null
}

/** The export among the jobs. */
function useExportWork(): void {
  const t = useTransferTexts()
  const language = useLanguage()
  const { phase, figures, name } = useExportStore()
  const title = t('export.title')
  const values = { n: formatNumber(figures.records, language), size: Object.values(formatBytes(figures.bytes, language)).join(' ') }
  const said = t(figures.phase === 'columns' ? 'export.columns' : 'export.running', values)
  useEffect(() => {
    const open = () => useExportStore.setState({ opened: true })
    if (phase === 'running')
      showPageWork({ id: 'export', name: title, subject: name, figures: said, fraction: undefined, paused: false, open })
    else endPageWork('export')
  }, [phase, title, name, said])
}
