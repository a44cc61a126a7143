import type { ImportPlan } from '../../../formats/import-plan.ts'
import type { Problem } from '../../../formats/problem.ts'
import { asCallError } from '../../bridge/call.ts'
import { encodingOf, guessOf, readSample } from './file-sample.ts'
import { type ImportResult, ImportStopped, noFigures, runImport } from './import-run.ts'
import { isBusy, newTask, updateTask, useTransferStore } from './transfer-store.ts'
import { openWorkerSource } from './worker-source.ts'

const importable = /\.(csv|tsv|tab|ndjson|jsonl|json|txt)$/i
/** Of these nobody has to look inside to know. */
const otherTypes = /\.(xlsx?|ods|zip|gz|zst|7z|rar|pdf|docx?|png|jpe?g|gif|webp|mp4|exe|db|sqlite3?|parquet|hfb)$/i

let tasks = 0
let controller = new AbortController()
let goOn: (() => void) | undefined

/** Takes files in: the first is shown at once, the others wait for it. */
export async function addFiles(files: readonly File[]): Promise<void> {
  const { waiting } = useTransferStore.getState()
  useTransferStore.setState({ waiting: [...waiting, ...files], opened: true, refusal: undefined })
  if (useTransferStore.getState().task === undefined) await nextFile()
}

/** Shows the next file that waits, if there is one. */
export async function nextFile(): Promise<void> {
  const [file, ...waiting] = useTransferStore.getState().waiting
  useTransferStore.setState({ task: undefined, waiting })
  if (!file) return
  const reason = await prepare(file)
  if (reason !== undefined) useTransferStore.setState({ refusal: { file: file.name, reason } })
}

/** Why the file cannot be imported; undefined when it is shown. */
async function prepare(file: File): Promise<'type' | 'empty' | 'unreadable' | undefined> {
  if (otherTypes.test(file.name)) return 'type'
  if (file.size === 0) return 'empty'
  try {
    const sample = await readSample(file)
    const encoding = encodingOf(sample)
    // Bytes that are no text: a picture or a program under another name.
    if (!importable.test(file.name) && encoding !== 'utf-16le' && encoding !== 'utf-16be' && sample.bytes.includes(0)) return 'type'
    const plan = guessOf(file.name, sample, encoding)
    useTransferStore.setState({ task: newTask({ id: ++tasks, file, sample, encoding, plan }), refusal: undefined })
    return undefined
  } catch {
    return 'unreadable'
  }
}

export function changePlan(plan: ImportPlan): void {
  const { task } = useTransferStore.getState()
  if (task && !isBusy(task)) updateTask(task.id, { plan, phase: 'setup', result: undefined, error: undefined })
}

/** Closes the dialog. What runs goes on; a file that nothing was done with yet is let go, and so are those behind it. */
export function closeImport(): void {
  const { task } = useTransferStore.getState()
  useTransferStore.setState({ opened: false, refusal: undefined })
  if (task && isBusy(task)) return
  if (task?.phase === 'setup' || task?.phase === 'checked' || task === undefined)
    useTransferStore.setState({ task: undefined, waiting: [] })
  else void nextFile()
}

/** Ends what runs. What is imported stays. */
export function cancelImport(): void {
  controller.abort()
  goOn?.()
}

/** After a pause. */
export const resumeImport = (): void => goOn?.()

/** What the dry run says; nothing is written. */
export const checkImport = (reasonOf: (problem: Problem) => string): Promise<void> => start(true, reasonOf)

/** Imports. With `stop` a dry run comes first, and nothing is imported when a key has a record. */
export async function beginImport(reasonOf: (problem: Problem) => string): Promise<void> {
  const { task } = useTransferStore.getState()
  if (task?.existing === 'stop') {
    await start(true, reasonOf)
    const { task: checked } = useTransferStore.getState()
    if (checked?.phase !== 'checked' || checked.figures.replaced > 0) return
  }
  await start(false, reasonOf)
}

async function start(dryRun: boolean, reasonOf: (problem: Problem) => string): Promise<void> {
  const { task } = useTransferStore.getState()
  if (!task || isBusy(task)) return
  const { id, file, plan, encoding, existing } = task
  controller = new AbortController()
  updateTask(id, {
    phase: dryRun ? 'checking' : 'running',
    figures: noFigures,
    startedAtMs: Date.now(),
    result: undefined,
    error: undefined,
  })
  const end = (phase: 'checked' | 'done' | 'stopped' | 'failed' | 'setup', result: ImportResult, error?: ImportStopped['error']) =>
    updateTask(id, { phase, figures: result.figures, result, error })
  try {
    const wish = { file, plan, encoding, existing: dryRun && existing === 'stop' ? ('overwrite' as const) : existing, dryRun }
    const deps = {
      source: openWorkerSource(),
      reasonOf,
      onProgress: (figures: ImportResult['figures']) => updateTask(id, { figures }),
      onTrouble: (error: ImportStopped['error']) => pause(id, error),
    }
    end(dryRun ? 'checked' : 'done', await runImport(wish, deps, controller.signal))
  } catch (error) {
    if (!(error instanceof ImportStopped)) updateTask(id, { phase: 'failed', error: asCallError(error) })
    else if (error.error) end('failed', error.result, error.error)
    else end(dryRun ? 'setup' : 'stopped', error.result)
  }
}

async function pause(id: number, error: ImportStopped['error']): Promise<void> {
  const phase = useTransferStore.getState().task?.phase
  updateTask(id, { phase: 'paused', error })
  await new Promise<void>((resolve) => {
    goOn = resolve
  })
  goOn = undefined
  updateTask(id, { phase: phase ?? 'running', error: undefined })
}
