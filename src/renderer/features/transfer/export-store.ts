import { create } from 'zustand'
import type { ExportFormat } from '../../../formats/export-format.ts'
import { asCallError, type CallError } from '../../bridge/call.ts'
import { fileNameOf, openFileSink } from '../../bridge/file-sink.ts'
import { type ExportFigures, type ExportScope, runExport } from './export-run.ts'

interface ExportStore {
  readonly opened: boolean
  readonly scope: ExportScope
  readonly phase: 'idle' | 'running' | 'done' | 'failed'
  readonly name: string
  readonly figures: ExportFigures
  readonly error: CallError | undefined
}

const nothing: ExportFigures = { phase: 'writing', records: 0, bytes: 0 }

/** The export under way. It outlives the dialog and the page that it was begun on. */
export const useExportStore = create<ExportStore>(() => ({
  opened: false,
  scope: { prefix: '' },
  phase: 'idle',
  name: '',
  figures: nothing,
  error: undefined,
}))

let controller = new AbortController()

const contentTypes: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  csv: 'text/csv;charset=utf-8',
}

/** Opens the dialog; one that runs is shown again. */
export function openExport(scope: ExportScope): void {
  const isRunning = useExportStore.getState().phase === 'running'
  useExportStore.setState(isRunning ? { opened: true } : { opened: true, scope, phase: 'idle', error: undefined })
}

export const closeExport = (): void => useExportStore.setState({ opened: false })

/** Nothing is left under the file's name. */
export const cancelExport = (): void => controller.abort()

export async function beginExport(scope: ExportScope, format: ExportFormat): Promise<void> {
  const name = fileNameOf(scope.keys ? 'selection' : scope.prefix === '' ? 'records' : scope.prefix, `.${format}`)
  try {
    const sink = await openFileSink(name, contentTypes[format])
    if (!sink) return
    controller = new AbortController()
    const { signal } = controller
    useExportStore.setState({ phase: 'running', name, figures: nothing, error: undefined })
    try {
      const onProgress = (figures: ExportFigures) => useExportStore.setState({ figures })
      await runExport({ scope, format, write: (piece) => sink.write(piece), onProgress }, signal)
      await sink.close()
      useExportStore.setState({ phase: 'done' })
    } catch (error) {
      await sink.abort()
      if (!signal.aborted) throw error
      useExportStore.setState({ phase: 'idle' })
    }
  } catch (error) {
    useExportStore.setState({ phase: 'failed', error: asCallError(error) })
  }
}
