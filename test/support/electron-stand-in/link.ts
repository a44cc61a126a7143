/** The operations of one side: what the other may ask or tell it. */
// biome-ignore lint/suspicious/noExplicitAny: a table of handlers with different inputs has no narrower common type
export type Operations = Record<string, (data: any) => unknown>

type Message =
  | { kind: 'ask'; id: number; op: string; data: unknown }
  | { kind: 'tell'; op: string; data: unknown }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'failure'; id: number; message: string }

interface Channel {
  send(message: Message): void
  listen(receive: (message: Message) => void): void
}

type DataOf<Operation> = Operation extends (data: infer Data) => unknown ? Data : never
type AnswerOf<Operation> = Operation extends (...data: never[]) => infer Answer ? Awaited<Answer> : never

/**
 * A conversation between two processes over Node's IPC channel: `ask` waits for an answer, `tell` does not. Messages arrive in the order in which
 * they were sent. `Own` is what this side answers, `Other` what the other side does.
 */
export class Link<Own extends Operations, Other extends Operations> {
  readonly #channel: Channel
  readonly #own: Own
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #lastId = 0
  #ended: Error | undefined

  constructor(channel: Channel, own: Own) {
    this.#channel = channel
    this.#own = own
    channel.listen((message) => void this.#receive(message))
  }

  ask<Name extends keyof Other & string>(op: Name, data: DataOf<Other[Name]>): Promise<AnswerOf<Other[Name]>> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#channel.send({ kind: 'ask', id, op, data })
    return answer as Promise<AnswerOf<Other[Name]>>
  }

  tell<Name extends keyof Other & string>(op: Name, data: DataOf<Other[Name]>): void {
    if (!this.#ended) this.#channel.send({ kind: 'tell', op, data })
  }

  /** Nothing will come any more: whoever waits is told why. */
  end(reason: Error): void {
    this.#ended = reason
    for (const waiter of this.#waiting.values()) waiter.reject(reason)
    this.#waiting.clear()
  }

  async #receive(message: Message): Promise<void> {
    switch (message.kind) {
      case 'tell':
        this.#own[message.op]?.(message.data)
        return
      case 'ask':
        return this.#answer(message.id, message.op, message.data)
      case 'answer':
        this.#take(message.id)?.resolve(message.value)
        return
      case 'failure':
        this.#take(message.id)?.reject(new Error(message.message))
        return
      default:
        message satisfies never
    }
  }

  async #answer(id: number, op: string, data: unknown): Promise<void> {
    try {
      const handler = this.#own[op]
      if (!handler) throw new Error(`There is no operation "${op}".`)
      const value = await handler(data)
      if (!this.#ended) this.#channel.send({ kind: 'answer', id, value })
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      if (!this.#ended) this.#channel.send({ kind: 'failure', id, message })
    }
  }

  #take(id: number) {
    const waiter = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiter
  }
}
