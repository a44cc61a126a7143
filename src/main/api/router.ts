import { z } from 'zod'
import {
  type Actor,
  maxBatchOperations,
  type OperationName,
  type OutputOf,
  operations,
  type ParsedInputOf,
  type Role,
} from '../../contract/index.ts'
import { invalidInput } from '../base/describe-issue.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { ContextIds } from '../base/request-context.ts'

/** Who asks, and how to tell the work that nobody waits for it any more. */
export interface CallContext {
  readonly role: Role
  /** Names the call in the log. */
  readonly requestId: string
  readonly signal: AbortSignal
  readonly log: Log
  /** Calls `act` when the connection closes that this came by, and gives how to stop that; absent where there is none. */
  readonly onClientGone?: (act: () => void) => () => void
  /** Absent: whoever the request that this is part of came from. */
  readonly actor?: Actor
}

export type Handler<N extends OperationName> = (input: ParsedInputOf<N>, context: CallContext) => OutputOf<N> | Promise<OutputOf<N>>
export type Handlers = { readonly [N in OperationName]: Handler<N> }

const roles: readonly Role[] = ['reader', 'writer', 'operator', 'admin']

/** The one way to an operation, through whatever door: known? → allowed? → parse → handler. */
export class Router {
  readonly #handlers: Handlers
  readonly #ids: ContextIds
  readonly #schemas: ReadonlyMap<OperationName, z.ZodType>

  constructor(handlers: Handlers, ids = new ContextIds()) {
    this.#handlers = handlers
    this.#ids = ids
    this.#schemas = new Map(operationNames().map((name) => [name, strictly(operations[name].input)]))
  }

  /**
   * Runs the operation. Throws `not_found` for a name that does not exist, `forbidden`, `invalid_request` naming the field and what was
   * expected, `too_large` for a batch of too many operations, and what the operation itself throws.
   */
  async dispatch(name: string, input: unknown, context: CallContext): Promise<unknown> {
    if (!isOperationName(name)) throw new HoldfastError('not_found', `There is no operation ${JSON.stringify(name.slice(0, 64))}.`)
    this.authorize(name, context.role)
    throwIfCancelled(context.signal)
    const { actor, requestId } = context
    return actor === undefined
      ? this.#run(name, input, context)
      : this.#ids.run({ requestId, actor }, () => this.#run(name, input, context))
  }

  /** Throws `forbidden` when the role does not suffice. */
  authorize(name: OperationName, role: Role): void {
    const needed = operations[name].role
    if (roles.indexOf(role) >= roles.indexOf(needed)) return
    throw new HoldfastError('forbidden', `This needs the role ${needed}; yours is ${role}.`, { details: { needed } })
  }

  #run<N extends OperationName>(name: N, input: unknown, context: CallContext): OutputOf<N> | Promise<OutputOf<N>> {
    if (name === 'records.batch') refuseLongBatch(input)
    const parsed = this.#schemas.get(name)?.safeParse(input ?? {})
    if (parsed === undefined) throw new Error(`The operation ${name} has no schema.`)
    if (!parsed.success) throw invalidInput(parsed.error)
    const handler: Handler<N> = this.#handlers[name]
    return handler(parsed.data as ParsedInputOf<N>, context)
  }
}

const operationNames = (): OperationName[] => Object.keys(operations) as OperationName[]

export const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name)

// A field that nobody reads is a misspelt one: saying so at the door spares a search.
const strictly = (schema: z.ZodType): z.ZodType => (schema instanceof z.ZodObject ? schema.strict() : schema)

// Counted before the schema looks at each of them: the limit is an answer of its own (413), and a million wrong ones are not worth a report.
function refuseLongBatch(input: unknown): void {
  const list = (input as { operations?: unknown } | null | undefined)?.operations
  if (!Array.isArray(list) || list.length <= maxBatchOperations) return
  const sentence = `A batch has at most ${maxBatchOperations} operations, this one has ${list.length}; send several batches.`
  throw new HoldfastError('too_large', sentence, { details: { limit: maxBatchOperations, operations: list.length } })
}
