import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import type { ConfigEntry } from './entries.ts'
import classes from './settings.module.css'
import { useSettingsTexts } from './texts.ts'

interface EditorProps {
  readonly entry: ConfigEntry
  /** What is to be stored: the staged value, else the stored one. */
  readonly value: unknown
  readonly isInvalid: boolean
  /** The id of what explains the field, and of what is wrong with it. */
  readonly describedBy: string
  readonly onChange: (value: unknown) => void
}

/** The field that fits the kind of a setting. */
export function Editor({ entry, value, isInvalid, describedBy, onChange }: EditorProps) {
  const t = useSettingsTexts()
  const common = { 'aria-label': entry.key, 'aria-describedby': describedBy, error: isInvalid, className: classes.editor ?? '' }
  if (entry.secret && entry.form.kind !== 'list') return <SecretEditor entry={entry} value={value} common={common} onChange={onChange} />
  const { form } = entry
  switch (form.kind) {
    case 'switch':
      return (
        <Switch
          {...common}
          size="sm"
          label={t(value === true ? 'on' : 'off')}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return <Select {...common} data={form.choices} value={String(value)} allowDeselect={false} onChange={(choice) => onChange(choice)} />
    case 'number':
      return (
        <span className={classes.number}>
          <NumberInput
            {...common}
            hideControls
            allowDecimal={false}
            clampBehavior="none"
            value={value as number | string}
            onChange={onChange}
          />
          {entry.unit !== undefined && <span className={classes.unit}>{entry.unit}</span>}
        </span>
      )
    case 'list':
      return (
        <Textarea
          {...common}
          autosize
          minRows={1}
          maxRows={6}
          placeholder={t(entry.secret && (entry.stored as string[]).length > 0 ? 'secretList' : 'onePerLine')}
          value={entry.secret && value === entry.stored ? '' : (value as string[]).join('\n')}
          onChange={(event) => onChange(itemsOf(event.currentTarget.value))}
        />
      )
    case 'text':
    case 'path':
      return (
        <TextInput
          {...common}
          placeholder={t('empty')}
          value={value === null ? '' : String(value)}
          onChange={(event) => onChange(event.currentTarget.value === '' && entry.default === null ? null : event.currentTarget.value)}
        />
      )
    default:
      return form satisfies never
  }
}

/** An empty last line is one that is being begun; it is no item. */
const itemsOf = (text: string): string[] => (text === '' ? [] : text.split('\n').map((line) => line.trim()))

interface SecretProps extends Pick<EditorProps, 'entry' | 'value' | 'onChange'> {
  readonly common: { 'aria-label': string; 'aria-describedby': string; error: boolean; className: string }
}

/** What is stored is not shown, so the field begins empty; what is typed replaces it. */
function SecretEditor({ entry, value, common, onChange }: SecretProps) {
  const t = useSettingsTexts()
  const isStored = value === entry.stored
  return (
    <TextInput
      {...common}
      type={entry.form.kind === 'text' && typeof entry.stored === 'string' && entry.stored.includes('://') ? 'text' : 'password'}
      autoComplete="off"
      placeholder={entry.stored === '' ? t('empty') : t('secretSet', { value: String(entry.stored) })}
      value={isStored ? '' : String(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
