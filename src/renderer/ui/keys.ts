import { useEffect, useRef } from 'react'
import { create } from 'zustand'
import type { KeyEntry } from './key-catalogue.ts'
import { isCharacter, matchStroke, strokeOf } from './key-strokes.ts'

/** How long the second key of a sequence is waited for. */
const sequenceMs = 2500

interface Binding extends KeyEntry {
  readonly run: (stroke: string) => void
}

interface KeyState {
  /** What works now, the youngest last. */
  readonly bindings: readonly Binding[]
  /** The first key of a sequence, while its second is waited for. */
  readonly pending: string | undefined
}

const useKeyState = create<KeyState>(() => ({ bindings: [], pending: undefined }))
export const usePendingKey = (): string | undefined => useKeyState(({ pending }) => pending)

/** Lets keys run something while the component is shown. `run` may change with every drawing. */
export function useKeys(entries: readonly (KeyEntry & { readonly run: ((stroke: string) => void) | undefined })[]): void {
  const latest = useRef(entries)
  useEffect(() => {
    latest.current = entries
  })
  const shape = entries.map(({ keys, run }) => `${keys.join(',')}${run === undefined ? '-' : '+'}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the bindings are the same while the keys are; `run` is read when it is needed
  useEffect(() => {
    const bindings = latest.current.flatMap((entry, place) =>
      entry.run === undefined ? [] : [{ ...entry, run: (stroke: string) => latest.current[place]?.run?.(stroke) }],
    )
    useKeyState.setState((state) => ({ bindings: [...state.bindings, ...bindings] }))
    return () => useKeyState.setState((state) => ({ bindings: state.bindings.filter((one) => !bindings.includes(one)) }))
  }, [shape])
}

const typedInto =
  'textarea, select, [contenteditable=""], [contenteditable="true"], [role="textbox"], [role="combobox"], [role="searchbox"]'
const notTyped = /^(button|checkbox|radio|range|submit|reset|color|file|image)$/

function isTyping(target: Element): boolean {
  if (target instanceof HTMLInputElement) return !notTyped.test(target.type)
  return target.closest(typedInto) !== null
}

/** Lists, trees and menus take letters to jump by them; those are no shortcuts there. */
const takesLetters = (target: Element): boolean =>
  target.closest('[role="listbox"], [role="tree"], [role="treegrid"], [role="grid"], [role="menu"], [data-takes-letters]') !== null

const dialogIsOpen = (): boolean => document.querySelector('[role="dialog"][aria-modal="true"]') !== null

/** Of what works now, what may be meant by somebody whose focus is on `target`. */
function meant(target: EventTarget | null, stroke: string): readonly Binding[] {
  const { bindings } = useKeyState.getState()
  if (dialogIsOpen()) return []
  if (!(target instanceof Element)) return bindings
  if (isTyping(target)) return bindings.filter(({ whileTyping }) => whileTyping)
  // `/` and `?` begin no key that people type by hand, and lead out of the list.
  if (takesLetters(target) && isCharacter(stroke) && !/^[/?]$/.test(stroke)) return []
  return bindings
}

const isModifier = (key: string): boolean => /^(Shift|Control|Alt|Meta|CapsLock|AltGraph|Dead|Process|Unidentified)$/.test(key)

/** The one listener for all keys of the app, for as long as the frame is shown. */
export function useKeyboard(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = (pending: string | undefined) => {
      clearTimeout(timer)
      useKeyState.setState({ pending })
      if (pending !== undefined) timer = setTimeout(() => wait(undefined), sequenceMs)
    }
    const onKey = (event: KeyboardEvent) => {
      // An input method composes characters with keys that are none of ours.
      if (event.isComposing || isModifier(event.key)) return
      const first = useKeyState.getState().pending
      if (first !== undefined) wait(undefined)
      const stroke = strokeOf(event)
      if (stroke === undefined || event.defaultPrevented) return
      const match = matchStroke(meant(event.target, stroke), first, stroke)
      if (match === undefined) return
      event.preventDefault()
      if (match.kind === 'wait') wait(match.first)
      else if (!event.repeat) match.binding.run(stroke)
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
      clearTimeout(timer)
    }
  }, [])
}
