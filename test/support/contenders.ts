import { MemoryStore } from '../../src/main/persistence/memory-store.ts'
import type { RecordStore } from '../../src/main/persistence/record-store.ts'
import type { ManualClock } from './clock.ts'
import { FaultyStore } from './faulty-store.ts'
import { StoreHome } from './stores.ts'

interface Contender {
  readonly name: string
  readonly open: (clock: ManualClock) => Promise<{ store: RecordStore; remove: () => Promise<void> }>
}

const overLmdb = async (clock: ManualClock) => {
  const home = await StoreHome.make(clock)
  return { store: await home.open(), remove: () => home.remove() }
}

/** Every store that has to do what the port says. */
export const contenders: readonly Contender[] = [
  { name: 'LmdbStore', open: overLmdb },
  { name: 'MemoryStore', open: async (clock) => ({ store: new MemoryStore({ clock }), remove: async () => {} }) },
  {
    name: 'FaultyStore without faults',
    open: async (clock) => {
      const { store, remove } = await overLmdb(clock)
      return { store: new FaultyStore(store), remove }
    },
  },
]
