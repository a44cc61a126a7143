import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RecordWithValue } from '../../../contract/index.ts'
import { asCallError, call } from '../../bridge/call.ts'
import { notify } from '../../ui/notify.tsx'
import { type Draft, remainingTtlSeconds, textToStore, useDataStore } from './data-store.ts'
import { useDataTexts } from './texts.ts'

/** Somebody else was first: `theirs` is what the store has now, undefined when the record is gone. */
export interface Conflict {
  readonly draft: Draft
  readonly theirs: RecordWithValue | undefined
}

export type Decision = 'overwrite' | 'discard' | 'go-on'

/** Saves a draft only over the version that it began with; anything else becomes a conflict that a person decides. */
export function useSaveDraft() {
  const t = useDataTexts()
  const queries = useQueryClient()
  const [running, setRunning] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [error, setError] = useState<unknown>()
  const [conflict, setConflict] = useState<Conflict>()

  /** Resolves to whether it was saved. */
  const save = async (draft: Draft, over: { version: string } | 'absent' = { version: draft.base.version }): Promise<boolean> => {
    const stored = textToStore(draft)
    setProblem('problem' in stored ? stored.problem : undefined)
    setError(undefined)
    if ('problem' in stored) return false
    setRunning(true)
    try {
      const ttlSeconds = remainingTtlSeconds(draft.base.expiresAt, Date.now())
      await call('records.put', {
        key: draft.key,
        value: stored.text,
        encoding: 'text',
        contentType: draft.base.contentType,
        ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
        ...(over === 'absent' ? { ifAbsent: true } : { ifVersion: over.version }),
      })
      await queries.invalidateQueries({ queryKey: ['records.get'] })
      useDataStore.setState({ draft: undefined })
      notify({ subject: 'records.save', message: t('saved') })
      return true
    } catch (failure) {
      const overtaken = ['precondition_failed', 'not_found'].includes(asCallError(failure).code)
      if (overtaken) await present(draft.key).then((theirs) => setConflict({ draft, theirs }), setError)
      else setError(failure)
      return false
    } finally {
      setRunning(false)
    }
  }

  const decide = async (decision: Decision): Promise<void> => {
    if (!conflict) return
    const { draft, theirs } = conflict
    setConflict(undefined)
    if (decision === 'go-on') return
    if (decision === 'overwrite') await save(draft, theirs ? { version: theirs.version } : 'absent')
    else {
      useDataStore.setState({ draft: undefined })
      await queries.invalidateQueries({ queryKey: ['records.get'] })
    }
  }
  return { save, decide, running, problem, error, conflict }
}

async function present(key: string): Promise<RecordWithValue | undefined> {
  try {
    return await call('records.get', { key })
  } catch (error) {
    if (asCallError(error).code === 'not_found') return undefined
    throw error
  }
}
