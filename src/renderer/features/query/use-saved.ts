import type { SavedQuery } from '../../../contract/index.ts'
import { draftOf } from './query-draft.ts'
import { ask, chooseCollection, useQueryStore } from './query-store.ts'

/** Opens a saved query and runs it. */
export function openSaved(saved: SavedQuery | undefined): void {
  if (saved === undefined) return
  const { name, collection, where, sort, select, limit } = saved
  chooseCollection(collection)
  const question = { limit, ...(where && { where }), ...(sort && { sort }), ...(select && { select }) }
  useQueryStore.setState({ draft: draftOf(question), savedAs: name })
  ask({ name: collection, ...question, explain: true })
}
