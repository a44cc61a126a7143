import { HoldfastError } from '../base/errors.ts'
import type { Handlers } from './router.ts'

type CollectionOperation = Extract<keyof Handlers, `collections.${string}` | `queries.${string}`>

/** Collections, their indexes, and queries. */
export function collectionHandlers(): Pick<Handlers, CollectionOperation> {
  const refuse = () => {
    throw new HoldfastError('unavailable', 'Collections cannot be served yet.')
  }
  return {
    'collections.list': refuse,
    'collections.get': refuse,
    'collections.put': refuse,
    'collections.remove': refuse,
    'collections.rebuildIndex': refuse,
    'collections.migrate': refuse,
    'collections.query': refuse,
    'queries.list': refuse,
    'queries.put': refuse,
    'queries.remove': refuse,
  }
}
