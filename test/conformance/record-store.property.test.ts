import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../src/main/base/errors.ts'
import { MemoryStore } from '../../src/main/persistence/memory-store.ts'
import type { OperationResult, RecordStore, WriteOperation } from '../../src/main/persistence/record-store.ts'
import { ManualClock } from '../support/clock.ts'
import { bytes, page, put, remove, StoreHome, versionOf } from '../support/stores.ts'

const keys = ['a', 'a\0', 'a/1', 'a/2', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}']
const compareBytes = (one: string, other: string) => Buffer.compare(bytes(one), bytes(other))

type Guard = 'none' | 'absent' | 'current' | 'stale' | 'exists'
interface PlannedOperation {
  readonly kind: 'put' | 'delete'
  readonly key: string
  readonly value: string
  readonly ttlMs: number | null
  readonly guard: Guard
}

type Step =
  | { readonly kind: 'commit'; readonly operations: readonly PlannedOperation[]; readonly committed: boolean }
  | { readonly kind: 'together'; readonly transactions: readonly (readonly PlannedOperation[])[] }
  | { readonly kind: 'advance' | 'jump'; readonly ms: number }
  | { readonly kind: 'page'; readonly prefix: string; readonly after: string | null; readonly limit: number; readonly reverse: boolean }
  | { readonly kind: 'drain' | 'reopen' }

const planned: fc.Arbitrary<PlannedOperation> = fc.record({
  kind: fc.constantFrom('put', 'put', 'delete'),
  key: fc.constantFrom(...keys),
  value: fc.string({ maxLength: 20 }),
  ttlMs: fc.option(fc.integer({ min: -5, max: 3000 }), { freq: 2 }),
  guard: fc.constantFrom<Guard>('none', 'none', 'none', 'absent', 'current', 'stale', 'exists'),
})
const transaction = fc.array(planned, { minLength: 1, maxLength: 4 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('commit' as const), operations: transaction, committed: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('together' as const), transactions: fc.array(transaction, { minLength: 2, maxLength: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 2000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -5000, max: 5000 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      prefix: fc.constantFrom('', 'a', 'a/', '\ud7ff', '\u{10ffff}'),
      after: fc.option(fc.constantFrom(...keys, 'a!', '\u{1f600}')),
      limit: fc.integer({ min: 1, max: 12 }),
      reverse: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('drain' as const, 'reopen' as const) }) },
)

interface ModelRecord {
  readonly value: string
  readonly version: string
  readonly expiresAtMs: number | null
  readonly createdAtMs: number
}

/** What a store is, in the plainest words: a map that is read in the order of bytes. */
class Model {
  readonly clock: ManualClock
  readonly records = new Map<string, ModelRecord>()
  /** Versions that were once current, for conditions that must fail. */
  readonly stale = new Map<string, string>()
  lastVersion = ''

  constructor(clock: ManualClock) {
    this.clock = clock
  }

  live(key: string): ModelRecord | undefined {
    const record = this.records.get(key)
    return record === undefined || (record.expiresAtMs !== null && record.expiresAtMs <= this.clock.wallMs()) ? undefined : record
  }

  toOperation({ kind, key, value, ttlMs, guard }: PlannedOperation): WriteOperation {
    const versions = {
      none: undefined,
      exists: undefined,
      absent: null,
      current: this.live(key)?.version ?? null,
      stale: this.stale.get(key) ?? 'none',
    }
    const version = versions[guard]
    const condition = version === undefined ? undefined : { version }
    if (kind === 'delete') return remove(key, condition)
    const expiresAtMs = ttlMs === null ? null : this.clock.wallMs() + ttlMs
    return put(key, value, { expiresAtMs, ...(condition && { condition }), ...(guard === 'exists' && { mustExist: true }) })
  }

  /** What must come out; applies it when it is not a refusal. `versionGiven`: the store chooses versions, the model checks that they grow. */
  commit(operations: readonly WriteOperation[], versionGiven: string | undefined): { kinds: string[] } | { refusedAt: number } {
    const before = new Map(this.records)
    const kinds: string[] = []
    for (const [index, operation] of operations.entries()) {
      const current = this.live(operation.key)
      const { condition } = operation
      const isRefused =
        (condition !== undefined && (current?.version ?? null) !== condition.version) ||
        (operation.kind === 'put' && operation.mustExist === true && current === undefined)
      if (isRefused) {
        this.records.clear()
        for (const [key, record] of before) this.records.set(key, record)
        return { refusedAt: index }
      }
      if (operation.kind === 'delete') {
        kinds.push(current === undefined ? 'absent' : 'deleted')
        if (current !== undefined) this.records.delete(operation.key)
        continue
      }
      kinds.push(current === undefined ? 'created' : 'replaced')
      const createdAtMs = current?.createdAtMs ?? this.clock.wallMs()
      const value = Buffer.from(operation.value).toString()
      this.records.set(operation.key, { value, version: versionGiven ?? '', expiresAtMs: operation.expiresAtMs, createdAtMs })
    }
    for (const [key, { version }] of before) if (this.records.get(key)?.version !== version) this.stale.set(key, version)
    return { kinds }
  }
}

const outcomeOf = (results: readonly OperationResult[]) => ({ kinds: results.map(({ kind }) => kind) })
const versionIn = (results: readonly OperationResult[]): string | undefined => {
  const written = results.find((result) => 'meta' in result)
  return written && versionOf(written)
}

async function commitAndCompare(model: Model, operations: readonly WriteOperation[], pending: Promise<readonly OperationResult[]>) {
  const settled = await pending.then(
    (results) => ({ results, refusedAt: undefined }),
    (error: unknown) => {
      if (!(error instanceof HoldfastError) || error.code !== 'precondition_failed') throw error
      return { results: undefined, refusedAt: error.details?.index }
    },
  )
  const version = settled.results && versionIn(settled.results)
  const wanted = model.commit(operations, version)
  expect(settled.results ? outcomeOf(settled.results) : { refusedAt: settled.refusedAt }).toEqual(wanted)
  if (version !== undefined) {
    expect(version > model.lastVersion).toBe(true)
    model.lastVersion = version
  }
}

function compareAll(store: RecordStore, model: Model): void {
  for (const key of keys) {
    const wanted = model.live(key)
    const found = store.get(key)
    const seen = found && {
      value: Buffer.from(found.value).toString(),
      version: found.meta.version,
      expiresAtMs: found.meta.expiresAtMs,
      createdAtMs: found.meta.createdAtMs,
    }
    expect(seen).toEqual(wanted)
    expect(store.getMeta(key)?.version).toBe(wanted?.version)
  }
}

function comparePage(store: RecordStore, model: Model, query: Step & { kind: 'page' }): void {
  const { prefix, after, limit, reverse } = query
  const all = [...model.records.keys()]
    .filter((key) => model.live(key) !== undefined && key.startsWith(prefix))
    .toSorted(compareBytes)
    .filter((key) => after === null || (reverse ? compareBytes(key, after) < 0 : compareBytes(key, after) > 0))
  const wanted = (reverse ? all.toReversed() : all).slice(0, limit)
  const found = page(store, { prefix, limit, reverse, values: true, ...(after !== null && { after }) })
  expect(found.items.map(({ key, value }) => [key, Buffer.from(value).toString()])).toEqual(
    wanted.map((key) => [key, model.records.get(key)?.value]),
  )
  expect(found.more).toBe(all.length > wanted.length)
}

interface Subject {
  store: RecordStore
  readonly clock: ManualClock
  drain(): Promise<void>
  reopen(): Promise<void>
}

async function play(subject: Subject, steps: readonly Step[]): Promise<void> {
  const model = new Model(subject.clock)
  for (const one of steps) {
    switch (one.kind) {
      case 'commit': {
        const operations = one.operations.map((operation) => model.toOperation(operation))
        const durability = one.committed ? 'committed' : 'durable'
        await commitAndCompare(model, operations, subject.store.commit(operations, { durability }))
        break
      }
      case 'together': {
        const all = one.transactions.map((operations) => operations.map((operation) => model.toOperation(operation)))
        const pending = all.map((operations, n) => subject.store.commit(operations, { durability: n % 2 ? 'committed' : 'durable' }))
        await Promise.allSettled(pending)
        for (const [n, operations] of all.entries()) await commitAndCompare(model, operations, pending[n] as Promise<OperationResult[]>)
        break
      }
      case 'advance':
        subject.clock.advance(one.ms)
        break
      case 'jump':
        subject.clock.jump(one.ms)
        break
      case 'page':
        comparePage(subject.store, model, one)
        break
      case 'drain':
        await subject.drain()
        break
      case 'reopen':
        await subject.reopen()
        break
      default:
        one satisfies never
    }
    compareAll(subject.store, model)
  }
}

const sequences = fc.array(step, { minLength: 1, maxLength: 25 })

describe('any sequence of operations', () => {
  it('does in MemoryStore what it does in the plain model', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const clock = new ManualClock()
        await play({ store: new MemoryStore({ clock }), clock, drain: async () => {}, reopen: async () => {} }, steps)
      }),
      { numRuns: 300 },
    )
  })

  describe('over real folders', () => {
    let home: StoreHome
    beforeAll(async () => {
      home = await StoreHome.make()
    })
    afterAll(() => home.remove())

    it('does in LmdbStore what it does in the plain model, drained or not, and after reopening', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(sequences, async (steps) => {
          const own = home.sub(`run-${run++}`)
          const open = () => own.open({ settings: { segmentBytes: 16 * 1024 } })
          const store = await open()
          const subject = {
            store,
            clock: own.clock,
            drain: async () => (await store.holdSnapshot()).release(),
            async reopen() {
              await subject.store.close()
              const again = await open()
              subject.store = again
              subject.drain = async () => (await again.holdSnapshot()).release()
            },
          }
          try {
            await play(subject, steps)
          } finally {
            await own.remove()
          }
        }),
        { numRuns: 60 },
      )
    }, 120_000)
  })
})
