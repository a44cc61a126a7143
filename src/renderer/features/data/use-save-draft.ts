import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Actor } from '../../../contract/index.ts'
import { asCallError, type CallError, call } from '../../bridge/call.ts'
import { notify } from '../../ui/notify.tsx'
import { discardDraft, useDataStore } from './data-store.ts'
import { type Draft, isDirty, remainingTtlSeconds } from './draft.ts'
import { useDataTexts } from './texts.ts'
import { type RecordHead, readWhole } from './value-parts.ts'
import type { DecodeTasks } from './viewers/decode-messages.ts'
import { Decoder } from './viewers/decoder.ts'

/** What the store has instead of what editing began with. */
type Theirs =
  | { readonly kind: 'changed'; readonly record: RecordHead; readonly text: string }
  | { readonly kind: 'deleted'; readonly by: Actor | undefined; readonly at: string | undefined }

/** Somebody else was first. */
export interface Conflict {
  readonly draft: Draft
  readonly theirs: Theirs
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

  /** Shows the changes, unless what was typed cannot be stored. */
  const review = async (draft: Draft): Promise<void> => {
    if (!isDirty(draft)) return
    const stored = await toStore(draft)
    setProblem('problem' in stored ? stored.problem : undefined)
    if (!('problem' in stored)) useDataStore.setState({ draft: { ...draft, stage: 'review' } })
  }

  /** Resolves to whether it was saved. */
  const save = async (draft: Draft, over: { version: string } | 'absent' = { version: draft.base.version }): Promise<boolean> => {
    setError(undefined)
    setRunning(true)
    try {
      const stored = await toStore(draft)
      setProblem('problem' in stored ? stored.problem : undefined)
      if ('problem' in stored) return false
      const ttlSeconds = remainingTtlSeconds(draft.base.expiresAt, Date.now())
      await call('records.put', {
        key: draft.key,
        value: stored.text,
        encoding: 'text',
        contentType: draft.base.contentType,
        ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
        ...(over === 'absent' ? { ifAbsent: true } : { ifVersion: over.version }),
      })
      await queries.invalidateQueries({ queryKey: ['records.readPart'] })
      discardDraft()
      notify({ subject: 'records.save', message: t('saved') })
      return true
    } catch (failure) {
      const overtaken = ['precondition_failed', 'not_found'].includes(asCallError(failure).code)
      if (overtaken) await present(draft).then((theirs) => setConflict({ draft, theirs }), setError)
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
    if (decision === 'go-on') useDataStore.setState({ draft: { ...draft, stage: 'edit' } })
    else if (decision === 'overwrite') await save(draft, theirs.kind === 'changed' ? { version: theirs.record.version } : 'absent')
    else {
      discardDraft()
      await queries.invalidateQueries({ queryKey: ['records.readPart'] })
    }
  }
  return { review, save, decide, running, problem, error, conflict }
}

type Stored = DecodeTasks['jsonToStore']['output']

async function toStore({ view, text: edited, compact }: Draft): Promise<Stored> {
  const text = String(edited)
  return view === 'text' ? { text } : await decoded((decoder) => decoder.run('jsonToStore', { text, compact }))
}

/** What the store has now, in the form in which it is edited, and who brought it there. */
async function present({ key, view }: Draft): Promise<Theirs> {
  const { signal } = new AbortController()
  try {
    const { bytes: _, offset: __, ...record } = await call('records.readPart', { key, length: 1 })
    const bytes = await readWhole(record, () => {}, signal)
    const { contentType } = record
    const look = await decoded((decoder) => decoder.run('look', { bytes, contentType, isWhole: true }))
    return { kind: 'changed', record, text: (view === 'json' ? look.laidOut : undefined) ?? look.text ?? '' }
  } catch (failure) {
    const error = asCallError(failure)
    if (error.code === 'not_found') return deletionOf(error)
    throw error
  }
}

const deletionOf = ({ details: { deletedBy, deletedAt } }: CallError): Theirs => ({
  kind: 'deleted',
  // As the contract says of `not_found`.
  by: deletedBy as Actor | undefined,
  at: deletedAt as string | undefined,
})

/** On a thread of its own for this once: saving is rare, and may begin on any page. */
async function decoded<T>(ask: (decoder: Decoder) => Promise<T>): Promise<T> {
  const decoder = new Decoder()
  try {
    return await ask(decoder)
  } finally {
    decoder.close()
  }
}
