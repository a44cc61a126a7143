import { NativeSelect, NumberInput } from '@mantine/core'
import { maxTtlSeconds } from '../../../contract/limits.ts'
import classes from './dialogs.module.css'
import { useDataTexts } from './texts.ts'

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
  const seconds = Number(amount) * unitSeconds[unit]
  return Number.isInteger(seconds) && seconds > 0 && seconds <= maxTtlSeconds ? seconds : undefined
}

/** Seconds as people would say them: in the largest unit of which there are two, rounded up. */
export function typedTtl(seconds: number): TypedTtl {
  const unit = (['days', 'hours', 'minutes'] as const).find((candidate) => seconds >= 2 * unitSeconds[candidate]) ?? 'seconds'
  return { amount: Math.ceil(seconds / unitSeconds[unit]), unit }
}

/** How long records live from now on. */
export function TtlFields({ ttl, onChange }: { ttl: TypedTtl; onChange: (ttl: TypedTtl) => void }) {
  const t = useDataTexts()
  return (
    <div className={classes.ttl}>
      {ttl.unit !== 'never' && (
        <NumberInput
          label={t('create.ttl')}
          value={ttl.amount}
          onChange={(amount) => onChange({ ...ttl, amount })}
          min={1}
          allowDecimal={false}
          error={ttlOf(ttl) === undefined ? t('create.ttlInvalid') : undefined}
        />
      )}
      <NativeSelect
        label={t(ttl.unit === 'never' ? 'create.ttl' : 'ttlUnit')}
        value={ttl.unit}
        onChange={(event) => onChange({ ...ttl, unit: event.currentTarget.value as TtlUnit })}
        data={(['never', 'seconds', 'minutes', 'hours', 'days'] as const).map((unit) => ({ value: unit, label: t(`create.${unit}`) }))}
      />
    </div>
  )
}
