import { ActionIcon, Button, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useId } from 'react'
import { type Collection, maxQueryLimit } from '../../../contract/index.ts'
import { useFieldNames } from './field-names.ts'
import { type FilterRow, type Operator, operators, takesValue } from './filter-rows.ts'
import classes from './query.module.css'
import type { QueryDraft, SortRow } from './query-draft.ts'
import { changeDraft } from './query-store.ts'
import { useQueryTexts } from './texts.ts'

interface RowsEditorProps {
  readonly draft: QueryDraft
  readonly collection: Collection
  readonly onRun: () => void
}

/** A filter as rows of field, comparison and value; below it the order. Enter runs it. */
export function RowsEditor({ draft, collection, onRun }: RowsEditorProps) {
  const t = useQueryTexts()
  const fieldsId = useId()
  const { filter } = draft
  const change = (rows: readonly FilterRow[]) => changeDraft({ filter: { ...filter, rows } })
  return (
    <form
      className={classes.editor}
      onSubmit={(event) => {
        event.preventDefault()
        onRun()
      }}
    >
      <datalist id={fieldsId}>
        {useFieldNames(collection).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {filter.rows.length === 0 && <p className={classes.quiet}>{t('everything')}</p>}
      {filter.rows.length > 1 && (
        <NativeSelect
          className={classes.joint ?? ''}
          aria-label={t('match')}
          value={filter.joint}
          data={(['all', 'any'] as const).map((value) => ({ value, label: t(`joint.${value}`) }))}
          onChange={(event) => changeDraft({ filter: { ...filter, joint: event.currentTarget.value as 'all' | 'any' } })}
        />
      )}
      {filter.rows.map((row, place) => (
        <ConditionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and what is typed stays with its place
          key={place}
          row={row}
          place={place}
          fieldsId={fieldsId}
          onChange={(next) => change(filter.rows.with(place, next))}
          onRemove={() => change(filter.rows.toSpliced(place, 1))}
        />
      ))}
      <div className={classes.line}>
        <AddButton text={t('addCondition')} onClick={() => change([...filter.rows, { field: '', operator: 'eq', value: '' }])} />
        <SortEditor sort={draft.sort} fieldsId={fieldsId} />
        <NumberInput
          className={classes.limit ?? ''}
          aria-label={t('limit')}
          title={t('limit')}
          min={1}
          max={maxQueryLimit}
          value={draft.limit}
          onChange={(value) => typeof value === 'number' && changeDraft({ limit: Math.min(maxQueryLimit, Math.max(1, Math.round(value))) })}
        />
        <span className={classes.quiet}>{t('limit')}</span>
      </div>
      {/* Enter in a field runs the query. */}
      <button type="submit" hidden />
    </form>
  )
}

interface ConditionRowProps {
  readonly row: FilterRow
  readonly place: number
  readonly fieldsId: string
  readonly onChange: (row: FilterRow) => void
  readonly onRemove: () => void
}

function ConditionRow({ row, place, fieldsId, onChange, onRemove }: ConditionRowProps) {
  const t = useQueryTexts()
  return (
    <div className={classes.condition}>
      <TextInput
        aria-label={t('field')}
        placeholder={t('field')}
        classNames={{ input: classes.mono }}
        list={fieldsId}
        value={row.field}
        onChange={(event) => onChange({ ...row, field: event.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      <NativeSelect
        aria-label={t('operator')}
        value={row.operator}
        data={operators.map((value) => ({ value, label: t(`op.${value}`) }))}
        onChange={(event) => onChange({ ...row, operator: event.currentTarget.value as Operator })}
      />
      {takesValue(row.operator) ? (
        <TextInput
          aria-label={t('value')}
          placeholder={row.operator === 'in' ? t('valuesHint') : t('valueHint')}
          classNames={{ input: classes.mono }}
          value={row.value}
          onChange={(event) => onChange({ ...row, value: event.currentTarget.value })}
          spellCheck={false}
          autoComplete="off"
        />
      ) : (
        <span />
      )}
      <ActionIcon aria-label={t('removeCondition', { n: place + 1 })} onClick={onRemove}>
        <X size={14} aria-hidden="true" />
      </ActionIcon>
    </div>
  )
}

function SortEditor({ sort, fieldsId }: { sort: readonly SortRow[]; fieldsId: string }) {
  const t = useQueryTexts()
  const change = (next: readonly SortRow[]) => changeDraft({ sort: next })
  return (
    <>
      {sort.length > 0 && <span className={classes.quiet}>{t('sortBy')}</span>}
      {sort.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and what is typed stays with its place
        <span key={place} className={classes.sort}>
          <TextInput
            aria-label={t('sortField', { n: place + 1 })}
            placeholder={t('field')}
            classNames={{ input: classes.mono }}
            list={fieldsId}
            value={row.path}
            onChange={(event) => change(sort.with(place, { ...row, path: event.currentTarget.value }))}
            spellCheck={false}
            autoComplete="off"
          />
          <NativeSelect
            aria-label={t('direction', { n: place + 1 })}
            value={row.descending ? 'descending' : 'ascending'}
            data={(['ascending', 'descending'] as const).map((value) => ({ value, label: t(value) }))}
            onChange={(event) => change(sort.with(place, { ...row, descending: event.currentTarget.value === 'descending' }))}
          />
          <ActionIcon aria-label={t('removeSort', { n: place + 1 })} onClick={() => change(sort.toSpliced(place, 1))}>
            <X size={14} aria-hidden="true" />
          </ActionIcon>
        </span>
      ))}
      <AddButton text={t('addSort')} onClick={() => change([...sort, { path: '', descending: false }])} />
    </>
  )
}

function AddButton({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button size="compact-sm" variant="subtle" leftSection={<Plus size={14} aria-hidden="true" />} onClick={onClick}>
      {text}
    </Button>
  )
}
