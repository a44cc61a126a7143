import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import classes from './collections.module.css'
import { blankIndex, type DefinitionDraft, type IndexDraft } from './definition-draft.ts'
import { useQueryTexts } from './texts.ts'

interface DefinitionFieldsProps {
  readonly draft: DefinitionDraft
  /** The name of one that exists cannot be changed. */
  readonly isNew: boolean
  readonly onChange: (draft: DefinitionDraft) => void
}

/** The usual parts of a definition, each with its field. */
export function DefinitionFields({ draft, isNew, onChange }: DefinitionFieldsProps) {
  const t = useQueryTexts()
  const text = (field: 'name' | 'prefix' | 'idPath' | 'ttl') => ({
    value: draft[field],
    onChange: (event: { currentTarget: { value: string } }) => onChange({ ...draft, [field]: event.currentTarget.value }),
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
    classNames: { input: classes.mono },
    spellCheck: false,
    autoComplete: 'off',
  })
  return (
    <>
      <div className={classes.pair}>
        <TextInput
          {...text('name')}
          label={t('name')}
          description={isNew ? t('nameHelp') : undefined}
          disabled={!isNew}
          data-autofocus={isNew}
        />
        <TextInput {...text('prefix')} label={t('prefix')} description={t('edit.prefixHelp')} />
        <TextInput {...text('idPath')} label={t('edit.id')} description={t('edit.idHelp')} />
        <TextInput {...text('ttl')} label={t('edit.ttl')} description={t('edit.ttlHelp')} inputMode="numeric" />
      </div>
      <IndexFields indexes={draft.indexes} onChange={(indexes) => onChange({ ...draft, indexes })} />
    </>
  )
}

function IndexFields({ indexes, onChange }: { indexes: readonly IndexDraft[]; onChange: (indexes: readonly IndexDraft[]) => void }) {
  const t = useQueryTexts()
  return (
    <fieldset className={classes.indexes}>
      <legend>{t('edit.indexes')}</legend>
      {indexes.length > 0 && <p className={classes.quiet}>{t('edit.fieldsHelp')}</p>}
      {indexes.map((index, place) => (
        <IndexRow
          // biome-ignore lint/suspicious/noArrayIndexKey: an index that is typed has no name yet, and what is typed stays with its place
          key={place}
          index={index}
          number={place + 1}
          onChange={(next) => onChange(indexes.with(place, next))}
          onRemove={() => onChange(indexes.toSpliced(place, 1))}
        />
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<Plus size={14} aria-hidden="true" />}
        onClick={() => onChange([...indexes, blankIndex])}
      >
        {t('edit.addIndex')}
      </Button>
    </fieldset>
  )
}

interface IndexRowProps {
  readonly index: IndexDraft
  readonly number: number
  readonly onChange: (index: IndexDraft) => void
  readonly onRemove: () => void
}

function IndexRow({ index, number, onChange, onRemove }: IndexRowProps) {
  const t = useQueryTexts()
  return (
    <div className={classes.indexRow}>
      <TextInput
        aria-label={t('edit.indexFields', { n: number })}
        placeholder={t('edit.fieldsHint')}
        classNames={{ input: classes.mono }}
        value={index.fields}
        onChange={(event) => onChange({ ...index, fields: event.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      <TextInput
        aria-label={t('edit.indexName', { n: number })}
        placeholder={t('name')}
        classNames={{ input: classes.mono }}
        value={index.name}
        onChange={(event) => onChange({ ...index, name: event.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      <ActionIcon aria-label={t('edit.removeIndex', { n: number })} onClick={onRemove}>
        <X size={14} aria-hidden="true" />
      </ActionIcon>
      <span className={classes.kinds}>
        {(['unique', 'multi', 'sparse'] as const).map((kind) => (
          <Checkbox
            key={kind}
            size="xs"
            label={t(`kind.${kind}`)}
            checked={index[kind]}
            onChange={(event) => onChange({ ...index, [kind]: event.currentTarget.checked })}
          />
        ))}
      </span>
    </div>
  )
}
