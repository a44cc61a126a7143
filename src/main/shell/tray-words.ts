import type { Job } from '../../contract/jobs.ts'
import type { Check, Level, Status } from '../../contract/status.ts'
import type { Texts } from './texts.ts'

export interface TrayWords {
  readonly level: Level
  /** One short line. */
  readonly words: string
  /** What to do about it: a page of the app. */
  readonly next: { readonly label: string; readonly path: string } | undefined
}

export interface TrayFacts {
  readonly connection: 'connected' | 'lost'
  readonly status: Status | undefined
  readonly jobs: readonly Job[]
  readonly nowMs: number
}

const gravity: Record<Level, number> = { critical: 3, warning: 2, unknown: 1, normal: 0 }

/** What the tray says: what is lost or wrong first, then what runs, then how safe the data is. */
export function trayWords(facts: TrayFacts, texts: Texts): TrayWords {
  const { status } = facts
  if (facts.connection === 'lost') return { level: 'unknown', words: texts.tray.lost, next: undefined }
  if (!status) return { level: 'unknown', words: texts.level.unknown, next: undefined }
  const worst = worstCheck(status)
  if (status.store.mode !== 'running') return { level: 'critical', words: texts.tray.mode[status.store.mode], next: toHealth(texts) }
  if (worst?.level === 'critical') return describeCheck(worst, status, facts.nowMs, texts)
  const running = facts.jobs.find(({ state }) => state === 'running')
  if (running) return { level: worst?.level ?? 'normal', words: jobWords(running, texts), next: undefined }
  if (worst) return describeCheck(worst, status, facts.nowMs, texts)
  if (status.health.checks === undefined) return { level: 'unknown', words: texts.level.unknown, next: toHealth(texts) }
  return { level: 'normal', words: safeWords(status, facts.nowMs, texts), next: undefined }
}

/** An idle store has no speed to judge; that says nothing about safety. */
const isIdle = (check: Check): boolean => check.id === 'performance' && check.level === 'unknown'

function worstCheck(status: Status): Check | undefined {
  const needing = (status.health.checks ?? []).filter((check) => check.level !== 'normal' && !isIdle(check))
  return needing.sort((one, other) => gravity[other.level] - gravity[one.level])[0]
}

function describeCheck(check: Check, status: Status, nowMs: number, texts: Texts): TrayWords {
  const { level } = check
  if (check.id === 'backup')
    return { level, words: backupWords(check, status, nowMs, texts), next: { label: texts.tray.toBackups, path: '/backups' } }
  if (check.id === 'disk' && level !== 'unknown' && status.disk && status.disk.totalBytes > 0) {
    return { level, words: texts.tray.disk(percent(1 - status.disk.freeBytes / status.disk.totalBytes)), next: toHealth(texts) }
  }
  if (level === 'unknown') return { level, words: texts.tray.unmeasured, next: toHealth(texts) }
  return { level, words: texts.tray.check[check.id], next: toHealth(texts) }
}

function backupWords(check: Check, { lastBackup }: Status, nowMs: number, texts: Texts): string {
  const { tray, locale } = texts
  if (check.level === 'unknown') return tray.unmeasured
  if (/damaged/.test(check.code)) return tray.backupDamaged
  if (check.code === 'backup_failed') return tray.backupFailed
  if (!lastBackup) return tray.noBackup
  if (check.code === 'same_disk') return tray.sameDisk
  return tray.lastBackup(relativeTime(Date.parse(lastBackup.createdAt), nowMs, locale))
}

function safeWords({ lastBackup }: Status, nowMs: number, texts: Texts): string {
  if (!lastBackup) return texts.tray.safe
  return texts.tray.safeSince(relativeTime(Date.parse(lastBackup.createdAt), nowMs, texts.locale))
}

function jobWords({ kind, done, total }: Job, texts: Texts): string {
  const { job, running, runningOnly } = texts.tray
  const name = (job as Record<string, string>)[kind] ?? job.other
  return total ? running(name, percent(done / total)) : runningOnly(name)
}

const toHealth = (texts: Texts) => ({ label: texts.tray.toHealth, path: '/health' })

// Down: 99.6 % done is not done, and a disk is full only when it is.
const percent = (part: number): number => Math.min(100, Math.max(0, Math.floor(part * 100)))

/** "2 hr. ago": short, for one line of a menu. */
export function relativeTime(atMs: number, nowMs: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const minutes = Math.max(0, Math.floor((nowMs - atMs) / 60_000))
  if (minutes < 60) return minutes === 0 ? format.format(0, 'second') : format.format(-minutes, 'minute')
  if (minutes < 48 * 60) return format.format(-Math.floor(minutes / 60), 'hour')
  return format.format(-Math.floor(minutes / (24 * 60)), 'day')
}
