import type { Handlers } from './router.ts'
import type { Services } from './services.ts'

type LockOperation = 'locks.acquire' | 'locks.list' | 'locks.renew' | 'locks.release' | 'locks.forceRelease'
type TransactionOperation =
  | 'transactions.begin'
  | 'transactions.list'
  | 'transactions.get'
  | 'transactions.scan'
  | 'transactions.write'
  | 'transactions.commit'
  | 'transactions.rollBack'

/** Work on many records that is whole or absent, and names that one holds at a time. */
export function transactionHandlers({ transactions, locks }: Services): Pick<Handlers, LockOperation | TransactionOperation> {
  return {
    'transactions.begin': (input, { onClientGone }) => transactions.begin(input, onClientGone),
    'transactions.list': (input) => transactions.list(input),
    'transactions.get': (input) => transactions.get(input),
    'transactions.scan': (input) => transactions.scan(input),
    'transactions.write': (input) => transactions.write(input),
    'transactions.commit': (input, { signal }) => transactions.commit(input, signal),
    'transactions.rollBack': ({ id }) => transactions.rollBack(id),
    'locks.acquire': (input, { signal }) => locks.acquire(input, signal),
    'locks.list': (input) => locks.list(input),
    'locks.renew': (input) => locks.renew(input),
    'locks.release': async ({ id }) => {
      await locks.release(id)
      return {}
    },
    'locks.forceRelease': async ({ id }) => {
      await locks.forceRelease(id)
      return {}
    },
  }
}
