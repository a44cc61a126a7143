import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import type { Action } from '../ui/actions.ts'
import { KeyHint } from '../ui/key-hint.tsx'
import { useActionTexts } from './action-texts.ts'
import { actionSources } from './actions.ts'
import classes from './palette.module.css'
import { type RankedGroup, rankActions } from './palette-ranking.ts'
import { recentActions } from './recent-actions.ts'
import { useKeyActions } from './use-key-actions.ts'

export interface PaletteKeys {
  onKeyDown(event: KeyboardEvent): void
}

interface ResultsProps {
  readonly ref: Ref<PaletteKeys>
  /** The id of the list. */
  readonly id: string
  readonly typed: string
  /** Told the id of the chosen option's element. */
  readonly onChosen: (element: string | undefined) => void
  readonly onRun: (action: Action) => void
}

/** What fits what is typed. It knows the actions of all features, so it is loaded when the palette is first opened. */
export default function PaletteResults({ ref, id, typed, onChosen, onRun }: ResultsProps) {
  const t = useActionTexts()
  const { groups, keys } = useResults(typed)
  const shown = groups.flatMap(({ actions }) => actions)
  const [chosen, setChosen] = useChosen(shown, typed)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const place = shown.findIndex((action) => action.id === chosen)
    const next = placeAfter(event.key, place, shown.length)
    if (next !== undefined) setChosen(shown[next]?.id)
    else if (event.key === 'Enter' && shown[place] !== undefined) onRun(shown[place])
    else return
    event.preventDefault()
  }
  useImperativeHandle(ref, () => ({ onKeyDown }))
  const element = chosen === undefined ? undefined : idOf(id, chosen)
  useEffect(() => onChosen(element), [element, onChosen])
  return (
    <>
      <div className={classes.list} role="listbox" id={id} aria-label={t('title')} tabIndex={-1}>
        {groups.map(({ group, actions }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
          <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
            <div className={classes.group} id={`${id}-${group}`} role="presentation">
              {t(`group.${group}`)}
            </div>
            {actions.map((action) => (
              <Option
                key={action.id}
                id={idOf(id, action.id)}
                action={action}
                chosen={action.id === chosen}
                onPoint={() => setChosen(action.id)}
                onRun={() => onRun(action)}
              />
            ))}
          </div>
        ))}
      </div>
      <Foot count={shown.length} typed={typed} keys={keys} />
    </>
  )
}

function Foot({ count, typed, keys }: { count: number; typed: string; keys: ReturnType<typeof useKeyActions> }) {
  const t = useActionTexts()
  const nothing = count === 0 && !keys.searching
  return (
    <div className={classes.foot}>
      <span role="status">
        {keys.failure !== undefined
          ? t('keysFailed', { reason: keys.failure })
          : nothing
            ? t('nothing', { query: typed })
            : typed === ''
              ? ''
              : keys.searching
                ? t('searching')
                : t('found', { count })}
      </span>
      <span className={classes.hint}>{t('hint')}</span>
    </div>
  )
}

/** What fits, best first; records come last, since they arrive late and nothing may jump. */
function useResults(typed: string): { groups: readonly RankedGroup[]; keys: ReturnType<typeof useKeyActions> } {
  const [recent] = useState(recentActions)
  // biome-ignore lint/correctness/useHookAtTopLevel: the list of sources is constant, so the hooks are called in the same order each time
  const actions = actionSources.flatMap((useActions) => useActions())
  const keys = useKeyActions(typed)
  const ranked = rankActions(actions, typed, recent)
  return { groups: keys.actions.length === 0 ? ranked : [...ranked, { group: 'key', actions: keys.actions }], keys }
}

/** The option that Enter runs: the one that was moved to, until something else is typed; then the first. */
function useChosen(shown: readonly Action[], typed: string): [string | undefined, (id: string | undefined) => void] {
  const [moved, setMoved] = useState<{ id: string | undefined; typed: string }>()
  const isThere = moved?.typed === typed && shown.some(({ id }) => id === moved.id)
  return [isThere ? moved.id : shown[0]?.id, (id) => setMoved({ id, typed })]
}

const idOf = (list: string, action: string): string => `${list}-${encodeURIComponent(action)}`

/** Where a key leads in a list that goes round; undefined when it is none of its keys. */
function placeAfter(key: string, place: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return (place + 1) % count
    case 'ArrowUp':
      return (place - 1 + count) % count
    case 'PageDown':
      return Math.min(count - 1, place + 8)
    case 'PageUp':
      return Math.max(0, place - 8)
    default:
      return undefined
  }
}

interface OptionProps {
  readonly id: string
  readonly action: Action
  readonly chosen: boolean
  readonly onPoint: () => void
  readonly onRun: () => void
}

function Option({ id, action, chosen, onPoint, onRun }: OptionProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (chosen) element.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const { title, note, keys, blocked, group } = action
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus; aria-activedescendant stands for it
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      ref={element}
      id={id}
      className={classes.option}
      role="option"
      aria-selected={chosen}
      aria-disabled={blocked !== undefined}
      onMouseMove={chosen ? undefined : onPoint}
      onClick={onRun}
    >
      <span className={classes.title} data-mono={group === 'key' || group === 'setting'}>
        {title}
      </span>
      {note !== undefined && <span className={classes.reason}>{note}</span>}
      {blocked !== undefined && <span className={classes.reason}>{blocked}</span>}
      {keys !== undefined && blocked === undefined && <KeyHint keys={keys} />}
    </div>
  )
}
