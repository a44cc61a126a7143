/** Numbers and times as people of a language read them. All pure: language and clock are passed in. */

// Making a formatter costs a hundred times what using it does, and a list of keys uses some in each row; there are a dozen kinds in each language.
const keep = <Options, Format>(make: (language: string, options: Options) => Format): ((language: string, options: Options) => Format) => {
  const kept = new Map<string, Format>()
  return (language, options) => {
    const name = language + JSON.stringify(options)
    const format = kept.get(name) ?? make(language, options)
    kept.set(name, format)
    return format
  }
}

const numbers = keep((language, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options))
const times = keep((language, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options))
const distances = keep((language, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(language, options))

export const formatNumber = (value: number, language: string, maximumFractionDigits = 0): string =>
  numbers(language, { maximumFractionDigits }).format(value)

/** "1.2M" where the exact number would only be in the way. */
export const formatCompact = (value: number, language: string): string =>
  numbers(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value)

export interface Quantity {
  readonly value: string
  readonly unit: string
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Bytes in the unit that leaves one to four digits before the point. */
export function formatBytes(bytes: number, language: string): Quantity {
  let value = Math.abs(bytes)
  let unit = 0
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return { value: formatNumber(Math.sign(bytes) * value, language, digits), unit: byteUnits[unit] as string }
}

/** Milliseconds with the digits that matter: 0.16 ms, 12.4 ms, 1.2 s. */
export function formatLatency(milliseconds: number, language: string): Quantity {
  if (milliseconds >= 1000) return { value: formatNumber(milliseconds / 1000, language, 1), unit: 's' }
  return { value: formatNumber(milliseconds, language, milliseconds >= 100 ? 0 : milliseconds >= 1 ? 1 : 2), unit: 'ms' }
}

const relativeSteps: readonly (readonly [limitSeconds: number, unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  [60, 'second', 1],
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [86_400 * 30, 'day', 86_400],
  [86_400 * 365, 'month', 86_400 * 30],
  [Number.POSITIVE_INFINITY, 'year', 86_400 * 365],
]

/** "2 hours ago", "in 5 minutes"; below ten seconds "just now", and "now" for what is about to be. */
export function formatRelative(atMs: number, nowMs: number, language: string, style: 'long' | 'narrow' = 'long'): string {
  const format = distances(language, { numeric: 'auto', style: style === 'long' ? 'long' : 'short' })
  const seconds = (atMs - nowMs) / 1000
  const distance = Math.abs(seconds)
  if (distance < 10) return seconds > 0 ? format.format(0, 'second') : language.startsWith('zh') ? '刚刚' : 'just now'
  for (const [limit, unit, length] of relativeSteps) {
    if (distance < limit) return format.format(Math.trunc(seconds / length), unit)
  }
  return format.format(0, 'second')
}

/** The local moment and the same one in UTC. */
export function formatAbsolute(atMs: number, language: string): { local: string; utc: string } {
  return {
    local: times(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(atMs),
    utc: `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
  }
}

const durationUnits = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** The two largest units: "3 min 20 sec", "2 hr 5 min". Below a second: "1 sec". */
export function formatDuration(totalSeconds: number, language: string): string {
  let rest = Math.max(1, Math.round(totalSeconds))
  const parts: string[] = []
  for (const [unit, length] of durationUnits) {
    const amount = Math.floor(rest / length)
    rest -= amount * length
    if (amount > 0) parts.push(numbers(language, { style: 'unit', unit, unitDisplay: 'short' }).format(amount))
    if (parts.length === 2) break
  }
  return parts.join(language.startsWith('zh') ? '' : ' ')
}
