import type { BatchResult } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { OperationResult } from '../persistence/record-store.ts'
import type { BatchStep } from './batch-plan.ts'
import { AnswerBudget, type BatchStore, foundResult, missingResult, versionMismatch, writeResult } from './batch-results.ts'
import { isRecordRefusal } from './record-refusal.ts'

type WriteStep = Extract<BatchStep, { kind: 'write' }>

const maxGroupOperations = 1000
const maxGroupBytes = 4 * 1024 * 1024
const maxInFlight = 64

/**
 * Each operation for itself, with a result each; one that fails stops no other. Operations on one key happen in the order of the
 * request. Writes without a condition rarely fail alone, so that neighbours share a transaction; those with one get their own, and
 * many are under way together, since each would otherwise wait for a sync of the disk.
 */
export class SeparateBatch {
  readonly #store: BatchStore
  readonly #steps: readonly BatchStep[]
  readonly #results: BatchResult[]
  readonly #budget = new AnswerBudget()
  readonly #inFlight = new Set<Promise<void>>()
  /** Of each key the transaction under way that writes it. */
  readonly #pending = new Map<string, Promise<void>>()
  #group: WriteStep[] = []
  #groupBytes = 0
  #unexpected: unknown

  constructor(store: BatchStore, steps: readonly BatchStep[]) {
    this.#store = store
    this.#steps = steps
    this.#results = new Array<BatchResult>(steps.length)
  }

  /** Throws nothing but `cancelled`, and what is unexpected. */
  async run(signal?: AbortSignal): Promise<BatchResult[]> {
    try {
      for (const step of this.#steps) {
        throwIfCancelled(signal)
        await this.#take(step, signal)
      }
      await this.#commitGroup(signal)
    } finally {
      await Promise.all(this.#inFlight)
    }
    throwIfCancelled(signal)
    if (this.#unexpected !== undefined) throw this.#unexpected
    return this.#results
  }

  async #take(step: BatchStep, signal: AbortSignal | undefined): Promise<void> {
    switch (step.kind) {
      case 'refused':
        this.#results[step.index] = failedResult(step.error)
        return
      case 'get':
        if (this.#group.some((write) => write.key === step.key)) await this.#commitGroup(signal)
        await this.#pending.get(step.key)
        this.#results[step.index] = this.#read(step)
        return
      case 'write':
        await this.#addWrite(step, signal)
        return
      default:
        step satisfies never
    }
  }

  async #addWrite(step: WriteStep, signal: AbortSignal | undefined): Promise<void> {
    if (step.write.condition !== undefined) {
      await this.#commitGroup(signal)
      await this.#commit([step], signal)
      return
    }
    this.#group.push(step)
    this.#groupBytes += step.write.kind === 'put' ? step.write.value.byteLength : 0
    if (this.#group.length >= maxGroupOperations || this.#groupBytes >= maxGroupBytes) await this.#commitGroup(signal)
  }

  async #commitGroup(signal: AbortSignal | undefined): Promise<void> {
    const group = this.#group
    if (group.length === 0) return
    this.#group = []
    this.#groupBytes = 0
    await this.#commit(group, signal)
  }

  /** Resolves when the transaction is under way, not when it is done. */
  async #commit(group: readonly WriteStep[], signal: AbortSignal | undefined): Promise<void> {
    await Promise.all(group.map(({ key }) => this.#pending.get(key)))
    while (this.#inFlight.size >= maxInFlight) await Promise.race(this.#inFlight)
    const done = this.#settle(group, signal).then(() => {
      this.#inFlight.delete(done)
      for (const { key } of group) if (this.#pending.get(key) === done) this.#pending.delete(key)
    })
    this.#inFlight.add(done)
    for (const { key } of group) this.#pending.set(key, done)
  }

  async #settle(group: readonly WriteStep[], signal: AbortSignal | undefined): Promise<void> {
    try {
      const writes = group.map(({ write }) => write)
      const results = await this.#store.commit(writes, signal)
      group.forEach(({ index }, position) => {
        this.#results[index] = writeResult(results[position] as OperationResult)
      })
    } catch (error) {
      // Its collection refuses one of them: each for itself then, in their order.
      if (group.length > 1 && isRecordRefusal(error)) await Promise.all(group.map((step) => this.#settle([step], signal)))
      else for (const { index } of group) this.#results[index] = this.#failed(error)
    }
  }

  // What is not one of our errors is a mistake of ours: the whole request fails in the end, and the door gives it an incident id.
  #failed(error: unknown): BatchResult {
    if (error instanceof HoldfastError) return failedResult(error)
    this.#unexpected ??= error
    return failedResult(new HoldfastError('internal', 'Something failed inside Holdfast.', { cause: error }))
  }

  #read(step: Extract<BatchStep, { kind: 'get' }>): BatchResult {
    try {
      const record = this.#store.read(step.key)
      if (step.ifVersion !== undefined && record?.meta.version !== step.ifVersion) throw versionMismatch(step.key, {})
      if (record === undefined) return missingResult()
      this.#budget.take(record, step.index)
      return foundResult(record)
    } catch (error) {
      return this.#failed(error)
    }
  }
}

function failedResult(error: HoldfastError): BatchResult {
  return { status: error.status, error: { code: error.code, detail: error.message } }
}
