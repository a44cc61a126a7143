import { createInterface } from 'node:readline/promises'
import type { Backup, Status } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes, UsageError } from '../failure.ts'
import { runJob } from '../job-watch.ts'
import { note, print, printJson } from '../terminal.ts'
import { bytesText, countText, numberText, plainText, tableText, tabText, timeText } from '../text.ts'

export async function backup(call: Call): Promise<number> {
  const job = await call.host.call('backups.create', {})
  return runJob(call, job, (result) => resultText('Backed up', result))
}

export async function verify(call: Call): Promise<number> {
  const job = await call.host.call('backups.verify', { id: call.parsed.arguments[0] ?? '' })
  return runJob(call, job, (result) => passedOverText(result) + resultText('Verified; every checksum holds', result))
}

export async function restore(call: Call): Promise<number> {
  const [id] = call.parsed.arguments
  const { flags } = call.parsed
  if (flags.has('undo') === (id !== undefined))
    throw new UsageError('holdfast restore: give a backup (its ID or latest) or --undo, one of them.')
  if (id === undefined) {
    const job = await call.host.call('restore.undo', {})
    return runJob(call, job, (result) =>
      resultText(
        result.undoesUndo ? 'The store is again as the restore had made it' : 'The store is again as it was before the restore',
        result,
      ),
    )
  }
  if (!flags.has('yes') && !(await agreesTo(call, id))) return exitCodes.failed
  const job = await call.host.call('backups.restore', { id })
  return runJob(
    call,
    job,
    (result) => `${passedOverText(result)}${resultText('Restored', result)}\nTo bring back what was there before: holdfast restore --undo`,
  )
}

/** Says what a restore would replace, and asks where somebody can answer. */
async function agreesTo({ host, terminal }: Call, id: string): Promise<boolean> {
  const [status, chosen, { items }] = await Promise.all([
    host.call('status.get', {}),
    host.call('backups.get', { id }),
    host.call('backups.list', { limit: 1000 }),
  ])
  const newer = items.filter((one) => id === 'latest' && one.state === 'damaged' && one.createdAt > chosen.createdAt)
  const consequence = passedOverText({ passedOver: newer }) + replacementText(status, chosen)
  if (!terminal.inputIsTty) throw new UsageError(`${consequence}\nAdd --yes to do it.`)
  note(terminal, consequence)
  const lines = createInterface({ input: terminal.input, output: terminal.errors })
  const interrupted = new Promise<string>((resolve) => lines.once('SIGINT', () => resolve('')).once('close', () => resolve('')))
  const answer = await Promise.race([lines.question('Type yes to restore: '), interrupted])
  lines.close()
  if (answer.trim().toLowerCase() === 'yes') return true
  note(terminal, 'Nothing was changed.')
  return false
}

/** What `latest` did not take. */
function passedOverText({ passedOver }: Record<string, unknown>): string {
  const damaged = Array.isArray(passedOver) ? (passedOver as Pick<Backup, 'id' | 'createdAt' | 'problem'>[]) : []
  const lines = damaged.map(
    ({ id, createdAt, problem }) =>
      `Backup ${id} of ${timeText(createdAt)} is newer, but damaged, and was passed over: ${plainText(problem ?? '')}\n`,
  )
  return lines.join('')
}

function replacementText({ hostname, dataFolder, store }: Status, chosen: Backup): string {
  const present = `${store.recordsExact ? '' : 'about '}${countText(store.records, 'record')}`
  return [
    `This replaces the whole store of ${hostname} in ${dataFolder} (${present})`,
    `by backup ${chosen.id} of ${timeText(chosen.createdAt)} (${countText(chosen.records, 'record')}, ${bytesText(chosen.bytes)}, ${chosen.state}).`,
    'What is there now is kept: holdfast restore --undo brings it back.',
  ].join('\n')
}

export async function listBackups(call: Call): Promise<number> {
  const page = await call.host.call('backups.list', { limit: 1000 })
  if (call.json) printJson(call.terminal, page)
  else if (call.terminal.outputIsTty) printTable(call, page.items)
  else if (page.items.length > 0)
    print(
      call.terminal,
      tabText(page.items.map((one) => [one.id, one.createdAt, one.state, String(one.records), String(one.storedBytes), one.file])),
    )
  return exitCodes.ok
}

function printTable({ terminal }: Call, items: readonly Backup[]): void {
  if (items.length === 0) {
    note(terminal, 'No backups yet. Make one with: holdfast backup')
    return
  }
  const rows = items.map((one) => [
    one.id,
    timeText(one.createdAt),
    one.state,
    numberText(one.records),
    bytesText(one.storedBytes),
    plainText(one.problem ?? one.file),
  ])
  print(terminal, tableText(['ID', 'MADE', 'STATE', 'RECORDS', 'SIZE', 'FILE'], rows, terminal.columns))
}

/** A sentence, and below it the facts that the job reports. */
function resultText(sentence: string, result: Record<string, unknown>): string {
  const facts = Object.entries(result).flatMap(([name, value]) => {
    if (typeof value === 'object' || typeof value === 'boolean') return []
    return [`  ${words(name)}: ${factText(name, value)}`]
  })
  return [`${sentence}.`, ...facts].join('\n')
}

/** `storedBytes` → `stored`: its unit stands behind the value. */
const words = (name: string): string =>
  name
    .replace(/(Bytes|Ms)$/, '')
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()

function factText(name: string, value: unknown): string {
  if (typeof value !== 'number') return plainText(String(value))
  if (/bytes$/i.test(name)) return bytesText(value)
  if (/ms$/i.test(name)) return `${numberText(value)} ms`
  return numberText(value)
}
