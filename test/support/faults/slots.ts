import { type Collection, connect, type Holdfast, HoldfastError } from '../../../src/client/index.ts'
import { unjudged } from './observe.ts'

export interface Slot {
  readonly slot: number
  readonly note: string
}

const prefix = `${unjudged}slot/`
export const slotCount = 15

/** A collection in which each slot may be taken once. */
export const slotsOf = (db: Holdfast): Collection<Slot> =>
  db.collection<Slot>('slots', { prefix, indexes: [{ name: 'by-slot', fields: [{ path: 'slot' }], unique: true }] })

/** Whether the index is there and whole; made when it is not there. */
export async function isReady(slots: Collection<Slot>, signal?: AbortSignal): Promise<boolean> {
  try {
    const { indexes } = await slots.definition(signal)
    return indexes.every(({ state }) => state === 'ready')
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'not_found') throw error
    await slots.define({ acceptPlaintextIndex: true }, signal)
    return false
  }
}

/** Of a host at rest: where its index says something else than its records. */
export async function slotsDisagreeing(socket: string): Promise<string[]> {
  await using db = await connect({ socket })
  const slots = slotsOf(db)
  if (!(await isReady(slots))) return []
  const problems: string[] = []
  const records: Slot[] = []
  for await (const { value } of db.records.list<Slot>({ prefix, values: true })) records.push(value)
  for (let slot = 1; slot <= slotCount; slot++) {
    const [byIndex, byRecords] = [await slots.count({ slot }), records.filter((record) => record.slot === slot).length]
    if (byIndex !== byRecords) problems.push(`slot ${slot}: the index has ${byIndex} records, there are ${byRecords}`)
    if (byRecords > 1) problems.push(`slot ${slot} was taken ${byRecords} times`)
  }
  return problems
}
