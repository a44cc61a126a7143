import { formatBytes, formatLatency, formatNumber, type Language } from '../../language/index.ts'
import type { Unit } from './panels.ts'
import type { HealthTexts } from './texts.ts'

/** A value with its unit. */
export function formatValue(unit: Unit, value: number, language: Language, t: HealthTexts): string {
  switch (unit) {
    case 'bytes':
      return Object.values(formatBytes(value, language)).join(' ')
    case 'milliseconds':
      return Object.values(formatLatency(value, language)).join(' ')
    case 'ratio':
      return `${formatNumber(value * 100, language, value > 0.99 && value < 1 ? 2 : 1)} %`
    case 'perSecond':
      return `${formatNumber(value, language, digitsOf(value))}${t('perSecond')}`
    case 'count':
      return formatNumber(value, language)
    default:
      return unit satisfies never
  }
}

const digitsOf = (value: number): number => (value === 0 || value >= 100 ? 0 : value >= 1 ? 1 : 2)

/** A moment with as much of the date as a span of that length needs. `utc` or the zone of this machine. */
export function formatMoment(ms: number, spanMs: number, language: Language, utc: boolean): string {
  const hour = 3600_000
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const day = { month: '2-digit', day: '2-digit' } as const
  const shape: Intl.DateTimeFormatOptions =
    spanMs <= hour
      ? { ...time, second: '2-digit' }
      : spanMs <= 24 * hour
        ? time
        : spanMs <= 60 * 24 * hour
          ? { ...day, ...time }
          : { year: 'numeric', ...day }
  return formatWith(shape, language, utc).format(ms)
}

/** The whole moment, for lists and tables. */
export const formatWhole = (ms: number, language: Language, utc: boolean): string =>
  formatWith({ dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' }, language, utc).format(ms)

const formats = new Map<string, Intl.DateTimeFormat>()

function formatWith(shape: Intl.DateTimeFormatOptions, language: Language, utc: boolean): Intl.DateTimeFormat {
  const options = utc ? { ...shape, timeZone: 'UTC' } : shape
  const name = `${language}${JSON.stringify(options)}`
  const format = formats.get(name) ?? new Intl.DateTimeFormat(language, options)
  formats.set(name, format)
  return format
}
