import { maxTtlSeconds } from '../../../contract/limits.ts'

const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const
export type TtlUnit = keyof typeof unitSeconds | 'never'

/** A time to live as it is typed. */
export interface TypedTtl {
  readonly amount: number | string
  readonly unit: TtlUnit
}

/** Null: it never expires. Undefined: it is not a time that the store takes. */
export function ttlOf({ amount, unit }: TypedTtl): number | null | undefined {
  if (unit === 'never') return null
  const count = Number(amount)
  const seconds = count * unitSeconds[unit]
  return Number.isInteger(count) && seconds > 0 && seconds <= maxTtlSeconds ? seconds : undefined
}

/** Seconds as people would say them: in the largest unit of which there are two, rounded up. */
function typedTtl(seconds: number): TypedTtl {
  const unit = (['days', 'hours', 'minutes'] as const).find((candidate) => seconds >= 2 * unitSeconds[candidate]) ?? 'seconds'
  return { amount: Math.ceil(seconds / unitSeconds[unit]), unit }
}

/** What fields show for a record that has so long to live; undefined: for ever. */
export const ttlAtFirst = (seconds: number | undefined): TypedTtl => (seconds === undefined ? neverExpires : typedTtl(seconds))

/** The amount is what comes up once somebody chooses a unit. */
export const neverExpires: TypedTtl = { amount: 7, unit: 'never' }
