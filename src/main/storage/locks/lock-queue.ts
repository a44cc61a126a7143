import type { LockMode } from '../../../contract/index.ts'

/** What somebody holds or wants: all names in one mode. */
export interface LockClaim {
  readonly names: readonly string[]
  readonly mode: LockMode
}

const conflict = (one: LockMode, other: LockMode): boolean => one === 'exclusive' || other === 'exclusive'

/**
 * Who may go on, of those that wait: in their order, each with all its names at once, and nobody past one that came earlier and wants one of the same
 * names in a way that excludes it. So nobody starves, and there is no deadlock within the queue.
 */
export function grantable<Waiter extends LockClaim>(held: Iterable<LockClaim>, waiting: readonly Waiter[]): Waiter[] {
  const taken = new Map<string, LockMode>()
  const take = ({ names, mode }: LockClaim) => {
    for (const name of names) if (mode === 'exclusive' || !taken.has(name)) taken.set(name, mode)
  }
  for (const claim of held) take(claim)
  return waiting.filter((waiter) => {
    const isFree = waiter.names.every((name) => {
      const mode = taken.get(name)
      return mode === undefined || !conflict(mode, waiter.mode)
    })
    // Granted or not: those behind it meet it.
    take(waiter)
    return isFree
  })
}
