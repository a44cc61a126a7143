import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConfigChange, ConfigChangeReport } from '../../../contract/index.ts'
import { asCallError, type CallError, call } from '../../bridge/call.ts'
import { isSameValue } from './entries.ts'
import { asPatch, discardStaged, type StagedChange, useStaged } from './staged.ts'

/** The file was edited while changes were staged: for each key what was seen, what it says now, what is wanted. */
export interface EditConflict {
  readonly version: string
  readonly keys: readonly { readonly key: string; readonly seen: unknown; readonly now: unknown; readonly mine: unknown }[]
}

/** What was done last, until something else is done. */
export interface Done {
  readonly kind: 'applied' | 'undone'
  readonly changes: readonly ConfigChange[]
}

/** Applies what is staged, and takes the last change back. */
export function useApply() {
  const queries = useQueryClient()
  const [running, setRunning] = useState(false)
  const [error, setError] = useState<CallError>()
  const [conflict, setConflict] = useState<EditConflict>()
  const [done, setDone] = useState<Done>()

  const run = async (kind: Done['kind'], act: () => Promise<ConfigChangeReport>) => {
    setRunning(true)
    setError(undefined)
    setConflict(undefined)
    try {
      const { changes, ...view } = await act()
      queries.setQueryData(['config.get', {}], view)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'status.get' })
      if (kind === 'applied') discardStaged()
      setDone({ kind, changes })
    } catch (failure) {
      const refused = asCallError(failure)
      const met = kind === 'applied' ? conflictOf(refused, useStaged.getState().changes) : undefined
      if (met) setConflict(met)
      else setError(refused)
    } finally {
      setRunning(false)
    }
  }
  const patch = async (ifVersion: string | undefined) => {
    const { changes } = useStaged.getState()
    const send = (version: string | undefined) =>
      call('config.patch', { changes: asPatch(changes), ...(version !== undefined && { ifVersion: version }) })
    try {
      return await send(ifVersion)
    } catch (failure) {
      const met = conflictOf(asCallError(failure), changes)
      // Somebody changed other keys: nothing of what was looked at here is different.
      if (met?.keys.every(({ seen, now }) => isSameValue(seen, now))) return send(met.version)
      throw failure
    }
  }
  return {
    running,
    error,
    conflict,
    done,
    apply: (ifVersion: string | undefined) => run('applied', () => patch(ifVersion)),
    undo: () => run('undone', () => call('config.undo', {})),
    closeConflict: () => setConflict(undefined),
    forget: () => {
      setDone(undefined)
      setError(undefined)
    },
  }
}

function conflictOf({ code, details }: CallError, changes: readonly StagedChange[]): EditConflict | undefined {
  if (code !== 'config_changed' || typeof details.version !== 'string' || !Array.isArray(details.entries)) return undefined
  const now = new Map(details.entries.map(({ key, stored }: { key: string; stored: unknown }) => [key, stored]))
  return { version: details.version, keys: changes.map(({ key, from, to }) => ({ key, seen: from, now: now.get(key), mine: to })) }
}
