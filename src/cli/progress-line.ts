import type { Job } from '../contract/index.ts'
import { note, type Terminal } from './terminal.ts'
import { bytesText, numberText, secondsText } from './text.ts'

const titles: Record<Job['kind'], string> = {
  backup: 'Backup',
  verify: 'Verification',
  restore: 'Restore',
  'undo-restore': 'Undoing the restore',
  'delete-prefix': 'Deletion',
  'sample-data': 'Sample data',
  count: 'Count',
  search: 'Search',
  'bulk-check': 'Count of what would change',
  'bulk-delete': 'Deletion',
  'bulk-ttl': 'Change of expiry',
  undo: 'Undo',
  encryption: 'Encryption of data',
  import: 'Import',
  export: 'Export',
  compaction: 'Compaction',
  'space-measure': 'Measurement of space',
  'index-build': 'Build of an index',
  'collection-migrate': 'Migration of a collection',
}

export const jobTitle = (job: Job): string => titles[job.kind]

/** `Backup: reading, 1,200 of 138,398 records, 41,600/s, 4 s left` */
export function progressText(job: Job): string {
  const amount = (value: number): string => (job.unit === 'bytes' ? bytesText(value) : numberText(value))
  const unit = job.unit === 'records' ? ' records' : ''
  const parts = [job.phase]
  if (job.state === 'running' && job.total !== null && job.total > 0) parts.push(`${amount(job.done)} of ${amount(job.total)}${unit}`)
  else if (job.state === 'running' && job.done > 0) parts.push(`${amount(job.done)}${unit}`)
  if (job.ratePerSecond !== undefined && job.ratePerSecond > 0) parts.push(`${amount(job.ratePerSecond)}/s`)
  if (job.etaSeconds !== undefined && job.etaSeconds > 0) parts.push(`${secondsText(job.etaSeconds)} left`)
  return `${jobTitle(job)}: ${parts.join(', ')}`
}

/** Shows how a job gets on: one line that changes on a terminal, one line for each phase elsewhere. */
export class ProgressLine {
  readonly #terminal: Terminal
  #shown = ''
  #phase = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(job: Job): void {
    if (this.#terminal.errorsAreTty) {
      const text = progressText(job).slice(0, this.#terminal.columns - 1)
      if (text !== this.#shown) this.#terminal.errors.write(`\r${text}\u001b[K`)
      this.#shown = text
    } else if (job.state === 'running' && job.phase !== this.#phase) {
      note(this.#terminal, `${jobTitle(job)}: ${job.phase}`)
      this.#phase = job.phase
    }
  }

  /** Leaves the line, so that other text can follow. */
  end(): void {
    if (this.#shown !== '') this.#terminal.errors.write('\r\u001b[K')
    this.#shown = ''
  }
}
