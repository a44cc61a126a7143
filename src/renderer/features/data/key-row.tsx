import { Check } from 'lucide-react'
import type { MouseEvent, ReactNode } from 'react'
import type { RecordItem } from '../../../contract/index.ts'
import { Bytes, RelativeTime } from '../../ui/quantities.tsx'
import classes from './key-list.module.css'
import { ShownKey } from './shown-key.tsx'

interface KeyRowProps {
  readonly id: string
  readonly item: Omit<RecordItem, 'value' | 'encoding'>
  readonly rank: number
  readonly total: number
  readonly selected: boolean
  readonly marked: boolean
  readonly onChoose: (event: MouseEvent) => void
  readonly onMark: () => void
  /** Below the key: what was found in its value. */
  readonly children?: ReactNode
}

/** One key of a list. */
export function KeyRow({ id, item, rank, total, selected, marked, onChoose, onMark, children }: KeyRowProps) {
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
      onClick={onChoose}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the space bar marks */}
      <span
        className={classes.mark}
        data-marked={marked || undefined}
        onClick={(event) => {
          event.stopPropagation()
          onMark()
        }}
      >
        {marked && <Check size={11} aria-hidden="true" />}
      </span>
      <span className={classes.key} title={item.key}>
        <KeyName text={item.key} />
        {children}
      </span>
      <span className={classes.size}>
        <Bytes bytes={item.size} />
      </span>
      <span className={classes.updated}>
        <RelativeTime at={item.updatedAt} narrow />
      </span>
    </div>
  )
}

/** So much of a key's end is always seen: keys that begin the same differ there. */
const tailLength = 12
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** A key that is too wide is cut in its middle. One that runs from right to left is cut at its end. */
function KeyName({ text }: { text: string }) {
  const characters = text.length > 2 * tailLength ? [...text] : []
  if (characters.length <= 2 * tailLength || rightToLeft.test(text)) return <ShownKey text={text} />
  return (
    <span className={classes.name}>
      <span className={classes.start}>
        <ShownKey text={characters.slice(0, -tailLength).join('')} />
      </span>
      <ShownKey text={characters.slice(-tailLength).join('')} />
    </span>
  )
}
