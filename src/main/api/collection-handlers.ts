import { migrateCollection } from '../collections/migration-run.ts'
import type { Handlers } from './router.ts'
import type { Services } from './services.ts'

type CollectionOperation = Extract<keyof Handlers, `collections.${string}` | `queries.${string}`>

/** Collections, their indexes, and queries. */
export function collectionHandlers(services: Services): Pick<Handlers, CollectionOperation> {
  const { collections, indexBuilds, savedQueries, storage, jobs } = services
  return {
    'collections.list': () => ({ items: collections.list() }),
    'collections.get': ({ name }) => collections.get(name),
    'collections.put': async (input, { signal }) => {
      await collections.put(input, signal)
      indexBuilds.startDue()
      return collections.get(input.name)
    },
    'collections.remove': async (input, { signal }) => {
      const removed = await collections.remove(input, signal)
      indexBuilds.startDue()
      return removed
    },
    'collections.rebuildIndex': ({ name, index }) => indexBuilds.rebuild(collections.indexId(name, index)),
    'collections.migrate': ({ name }, { requestId }) => {
      const { stored } = collections.plan(name)
      const deps = { pages: storage.pages.bind(storage), commit: storage.importDoor().commit }
      return jobs.start('collection-migrate', name, (job) => migrateCollection(deps, stored, job), requestId)
    },
    'collections.read': (input) => collections.read(input),
    'collections.query': (input, { signal }) => collections.query(input, signal),
    'queries.list': () => ({ items: savedQueries.list() }),
    'queries.put': (input, { signal }) => savedQueries.put(input, signal),
    'queries.remove': async ({ name }, { signal }) => {
      await savedQueries.remove(name, signal)
      return {}
    },
  }
}
