import classes from './settings.module.css'
import { useSettingsTexts } from './texts.ts'

/** A value as people read it: on and off, items with commas, nothing as a word. */
export function ValueText({ value, unit }: { value: unknown; unit?: string | undefined }) {
  const t = useSettingsTexts()
  if (value === '' || value === null || (Array.isArray(value) && value.length === 0))
    return <span className={classes.unit}>{t('empty')}</span>
  if (typeof value === 'boolean') return <span>{t(value ? 'on' : 'off')}</span>
  const text = Array.isArray(value) ? value.map(String).join(', ') : String(value)
  return (
    <span>
      <code className={classes.literal}>{text}</code>
      {unit !== undefined && <span className={classes.unit}> {unit}</span>}
    </span>
  )
}
