import { type Health, operations, type Status } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { CliFailure, exitCodes } from '../failure.ts'
import { readJson } from '../host-client.ts'
import { print, printJson } from '../terminal.ts'
import { bytesText, countText, timeText } from '../text.ts'

export async function status({ host, json, terminal }: Call): Promise<number> {
  const answer = await host.call('status.get', {})
  if (json) printJson(terminal, answer)
  else print(terminal, statusText(answer))
  return exitCodes.ok
}

const modes: Record<Status['store']['mode'], string> = {
  running: 'takes reads and writes',
  'read-only': 'only reads',
  full: 'only reads: the disk is full',
  stopped: 'takes no requests',
}

function statusText(answer: Status): string {
  const { store, disk, lastBackup, undo } = answer
  const rows: [string, string][] = [
    ['Holdfast', `${answer.version} on ${answer.hostname}, process ${answer.pid}, since ${timeText(answer.startedAt)}`],
    ['Data folder', answer.dataFolder],
    ['Socket', answer.socket ?? 'none'],
    ['HTTP', answer.url ?? 'off'],
    ['Store', `${modes[store.mode]}${store.reason ? `: ${store.reason}` : ''}`],
    [
      'Records',
      `${store.recordsExact ? '' : 'about '}${countText(store.records, 'record')}, ${bytesText(store.databaseBytes)} in the database`,
    ],
    [
      'Journal',
      `${bytesText(store.journalBytes)}; ${countText(store.sequence - store.appliedSequence, 'transaction')} not in the database yet`,
    ],
    ['Memory tier', `${bytesText(answer.cache.bytes)} of ${bytesText(answer.cache.maxBytes)}`],
    ['Disk', disk === null ? 'unknown' : `${bytesText(disk.freeBytes)} of ${bytesText(disk.totalBytes)} free`],
    [
      'Last backup',
      lastBackup === null
        ? withoutBackup(answer.health)
        : `${timeText(lastBackup.createdAt)}, ${countText(lastBackup.changesSince, 'change')} since`,
    ],
    ['Health', answer.health.status],
  ]
  if (undo !== null) {
    rows.push([
      'Undo',
      `${undo.undoesUndo ? 'the undo' : 'the restore'} of ${timeText(undo.restoredAt)} can be undone: holdfast restore --undo`,
    ])
  }
  for (const { text } of answer.notices) rows.push(['Note', text])
  return pairs(rows)
}

/** A folder that cannot be read says nothing of what lies in it. */
function withoutBackup({ checks }: Status['health']): string {
  const check = checks?.find(({ id }) => id === 'backup')
  if (check?.code === 'backups_unreadable') return `not known: ${check.reason}`
  return check?.level === 'unknown' ? 'not known' : 'none yet'
}

const pairs = (rows: readonly (readonly [string, string])[]): string => {
  const left = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `${name.padEnd(left)}  ${text}`).join('\n')
}

/** A host that cannot take requests still says how it is, with status 503. */
export async function health({ host, json, terminal }: Call): Promise<number> {
  const { method, path } = operations['health.get'].http
  const answer = await readJson(await host.open({ method, path }, (code) => code === 200 || code === 503))
  if (!isHealth(answer)) throw unhealthy(answer)
  if (json) printJson(terminal, answer)
  else print(terminal, healthText(answer))
  return answer.status === 'critical' ? exitCodes.failed : exitCodes.ok
}

const isHealth = (answer: unknown): answer is Health =>
  typeof answer === 'object' && answer !== null && 'status' in answer && typeof answer.status === 'string'

/** A refusal (`too_many_connections`, `stopping`) rather than a state of health. */
function unhealthy(answer: unknown): CliFailure {
  const { code, detail } = (answer ?? {}) as { code?: unknown; detail?: unknown }
  return new CliFailure(
    typeof code === 'string' ? code : 'bad_answer',
    typeof detail === 'string' ? detail : 'The host does not say how it is.',
  )
}

function healthText({ status: level, checks = [] }: Health): string {
  const lines = [`Health: ${level}`]
  const left = Math.max(0, ...checks.map(({ id }) => id.length))
  for (const { id, level: own, reason, action } of checks) {
    lines.push(`  ${id.padEnd(left)}  ${own.padEnd(8)}  ${reason}`)
    if (action !== undefined) lines.push(`  ${' '.repeat(left)}  ${' '.repeat(8)}  → ${action}`)
  }
  return lines.join('\n')
}
