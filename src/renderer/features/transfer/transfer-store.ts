import { create } from 'zustand'
import type { Existing } from '../../../contract/index.ts'
import type { ImportPlan } from '../../../formats/import-plan.ts'
import type { Encoding } from '../../../formats/text-pieces.ts'
import type { CallError } from '../../bridge/call.ts'
import type { FileSample } from './file-sample.ts'
import { type ImportFigures, type ImportResult, noFigures } from './import-run.ts'

/** One file on its way into the store. */
export interface ImportTask {
  readonly id: number
  readonly file: File
  /** `setup`: a person says what the file is. `checked`: a dry run has said what would be. */
  readonly phase: 'setup' | 'checking' | 'checked' | 'running' | 'paused' | 'done' | 'stopped' | 'failed'
  readonly sample: FileSample
  readonly encoding: Encoding
  readonly plan: ImportPlan
  readonly existing: Existing
  readonly figures: Readonly<ImportFigures>
  readonly startedAtMs: number
  readonly result: ImportResult | undefined
  readonly error: CallError | undefined
}

export type TaskStart = Pick<ImportTask, 'id' | 'file' | 'sample' | 'encoding' | 'plan'>

export const newTask = (start: TaskStart): ImportTask => ({
  ...start,
  phase: 'setup',
  existing: 'overwrite',
  figures: noFigures,
  startedAtMs: 0,
  result: undefined,
  error: undefined,
})

interface TransferStore {
  readonly task: ImportTask | undefined
  /** Files that wait until the one before them is through. */
  readonly waiting: readonly File[]
  /** The dialog is there; an import goes on without it. */
  readonly opened: boolean
  /** Why a file cannot be imported. */
  readonly refusal: { readonly file: string; readonly reason: 'folder' | 'type' | 'empty' | 'unreadable' } | undefined
}

/** What is being imported. It outlives the dialog and the page that it was begun on. */
export const useTransferStore = create<TransferStore>(() => ({ task: undefined, waiting: [], opened: false, refusal: undefined }))

export const isBusy = ({ phase }: ImportTask): boolean => phase === 'checking' || phase === 'running' || phase === 'paused'

/** Changes the task, if it is still the one that is meant. */
export function updateTask(id: number, change: Partial<ImportTask>): void {
  useTransferStore.setState(({ task }) => (task?.id === id ? { task: { ...task, ...change } } : {}))
}
