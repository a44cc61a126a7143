import { NativeSelect, NumberInput } from '@mantine/core'
import classes from './dialogs.module.css'
import { useDataTexts } from './texts.ts'
import { type TtlUnit, type TypedTtl, ttlOf } from './ttl.ts'

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
