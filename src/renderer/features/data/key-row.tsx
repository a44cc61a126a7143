import { Check } from 'lucide-react'
import { type MouseEvent, memo } from 'react'
import type { RecordItem, SearchHit } from '../../../contract/index.ts'
import { Bytes, RelativeTime } from '../../ui/quantities.tsx'
import classes from './key-list.module.css'
import { KeyName } from './key-name.tsx'

export type KeyItem = Omit<RecordItem, 'value' | 'encoding'>

interface KeyRowProps {
  readonly id: string
  readonly item: KeyItem
  readonly rank: number
  readonly total: number
  readonly selected: boolean
  readonly marked: boolean
  readonly onChoose: (event: MouseEvent, item: KeyItem) => void
  readonly onMark: (item: KeyItem) => void
  /** What was found in its value. */
  readonly snippet?: SearchHit['snippet']
}

/** One key of a list. Scrolling draws only the rows that come into view: what it is given has to stay the same from one time to the next. */
export const KeyRow = memo(function KeyRow({ id, item, rank, total, selected, marked, onChoose, onMark, snippet }: KeyRowProps) {
  return (
    // The list has the focus and takes the keys; a row is only pointed at.
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant on the list stands for the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    <div
      id={id}
      className={classes.row}
      role="option"
      aria-selected={selected}
      aria-checked={marked}
      aria-posinset={rank}
      aria-setsize={total}
      onClick={(event) => onChoose(event, item)}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the space bar marks */}
      <span
        className={classes.mark}
        data-marked={marked || undefined}
        onClick={(event) => {
          event.stopPropagation()
          onMark(item)
        }}
      >
        {marked && <Check size={11} aria-hidden="true" />}
      </span>
      <span className={classes.key} title={item.key}>
        <KeyName text={item.key} />
        {snippet && <Snippet {...snippet} />}
      </span>
      <span className={classes.size}>
        <Bytes bytes={item.size} />
      </span>
      <span className={classes.updated}>
        <RelativeTime at={item.updatedAt} narrow />
      </span>
    </div>
  )
})

function Snippet({ text, from, to }: NonNullable<SearchHit['snippet']>) {
  return (
    <span className={classes.found}>
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </span>
  )
}
