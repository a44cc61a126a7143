import { useEffect, useState } from 'react'
import { asCallError, type CallError, call } from '../../bridge/call.ts'
import { asPatch, type StagedChange } from './staged.ts'

/** As long as somebody goes on typing, nothing is asked. */
const restMs = 250

export interface Checked {
  /** What the host says of a key, in its own words. */
  readonly mistakes: Readonly<Record<string, string>>
  /** What it says that belongs to no key of these changes. */
  readonly problem: CallError | undefined
  /** These very changes were checked. */
  readonly isDone: boolean
}

const nothing: Checked = { mistakes: {}, problem: undefined, isDone: true }

/** Has the host check the staged changes while they are made. */
export function useCheck(changes: readonly StagedChange[]): Checked {
  const [checked, setChecked] = useState<Checked & { of: readonly StagedChange[] }>({ ...nothing, of: changes })
  useEffect(() => {
    if (changes.length === 0) return
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      const answer = await call('config.patch', { changes: asPatch(changes), dryRun: true }, stop.signal).then(
        () => nothing,
        (error: unknown) => readRefusal(asCallError(error), changes),
      )
      if (!stop.signal.aborted) setChecked({ ...answer, of: changes })
    }, restMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [changes])
  if (changes.length === 0) return nothing
  // What was said of a value that was typed over says nothing of the new one; of the others it still holds.
  if (checked.of === changes) return checked
  const typed = new Set(changes.filter((change) => !checked.of.includes(change)).map(({ key }) => key))
  const mistakes = Object.fromEntries(Object.entries(checked.mistakes).filter(([key]) => !typed.has(key)))
  return { mistakes, problem: checked.problem, isDone: false }
}

/** Sorts what the host refuses by key. */
export function readRefusal(error: CallError, changes: readonly StagedChange[]): Checked {
  const said = mistakesOf(error)
  const keys = new Set(changes.map(({ key }) => key))
  const own = said.filter(({ key }) => keys.has(key))
  return {
    mistakes: Object.fromEntries(own.map(({ key, expected }) => [key, expected])),
    problem: own.length === said.length && own.length > 0 ? undefined : error,
    isDone: true,
  }
}

function mistakesOf({ details }: CallError): { key: string; expected: string }[] {
  if (!Array.isArray(details.mistakes)) return []
  return details.mistakes.flatMap(({ key, expected }: { key?: unknown; expected?: unknown }) =>
    typeof key === 'string' && typeof expected === 'string' ? [{ key: key.replace(/^database\.sled\./, 'database.lmdb.'), expected }] : [],
  )
}
