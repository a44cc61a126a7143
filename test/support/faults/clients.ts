import { type Answer, type ApiClient, codeOf, dataPath } from './api-client.ts'
import { nowNs } from './disk-log.ts'
import type { History, Seen, WriteEvent } from './history.ts'
import type { Chance } from './seeded.ts'
import { idOf, type ValueId, valueFor, valueId } from './values.ts'

export interface Workload {
  readonly api: ApiClient
  readonly history: History
  readonly chance: Chance
  /** Distinguishes the values of this run from those of every other. */
  readonly run: string
  readonly clients: number
  /** How likely a value is large, and how large then: what moves the journal from segment to segment. */
  readonly large: { readonly probability: number; readonly bytes: number }
}

const ownKeys = 6
const sharedKeys = 10
const groups = 4
const groupKeys = 5
/** Ordered differently by UTF-16 and by UTF-8, percent signs, slashes, dots: what paths and orders stumble over. */
const sharedNames = ['s/\u{1f600}', 's/\uffee', 's/é', 's/%2F', 's/../s', 's//x', 's/+ ?', 's/a', 's/b', 's/c']

/** Answers that say that nothing was written and nothing will be. */
const refusals = new Set([
  'precondition_failed',
  'overloaded',
  'disk_full',
  'read_only',
  'too_large',
  'stopping',
  'not_found',
  'invalid_request',
])

/** Clients that write and read until the host is gone or `stop` is called, and note all that they send and are told. */
export class Clients {
  readonly problems: string[] = []
  readonly #workload: Workload
  readonly #done: Promise<unknown>
  #isStopping = false
  #answered = 0

  constructor(workload: Workload) {
    this.#workload = workload
    this.#done = Promise.all(Array.from({ length: workload.clients }, (_, number) => this.#work(number)))
  }

  /** Answers so far, of any kind. */
  get answered(): number {
    return this.#answered
  }

  /** Lets each client finish what it has sent. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#done
  }

  async #work(number: number): Promise<void> {
    const client = new Client(this.#workload, number, this.problems)
    while (!this.#isStopping) {
      try {
        await client.step()
        this.#answered++
      } catch (error) {
        if (!isCut(error)) this.problems.push(`client ${number}: ${error}`)
        return
      }
    }
  }
}

const isCut = (error: unknown): boolean =>
  ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '') ||
  /socket hang up|connection was cut/.test(String(error))

type BatchResult = { status: number; version?: string; value?: unknown; encoding?: string }
interface Intent {
  readonly key: string
  readonly id: ValueId | null
  readonly condition?: string | null
}

/** One client, one request at a time. */
class Client {
  readonly #workload: Workload
  readonly #chance: Chance
  readonly #number: number
  readonly #problems: string[]
  #count = 0

  constructor(workload: Workload, number: number, problems: string[]) {
    this.#workload = workload
    this.#chance = workload.chance.fork()
    this.#number = number
    this.#problems = problems
  }

  step(): Promise<unknown> {
    const die = this.#chance.next()
    if (die < 0.3) return this.#put(this.#ownKey())
    if (die < 0.4) return this.#put(this.#sharedKey())
    if (die < 0.52) return this.#compareAndPut(this.#sharedKey())
    if (die < 0.57) return this.#put(this.#chance.yes(0.5) ? this.#ownKey() : this.#sharedKey(), null)
    if (die < 0.65) return this.#delete(this.#chance.yes(0.5) ? this.#ownKey() : this.#sharedKey())
    if (die < 0.77) return this.#writeGroup()
    if (die < 0.81) return this.#batch(Array.from({ length: 3 }, () => this.#anyPut(this.#ownKey())))
    if (die < 0.84) return this.#refusedBatch()
    if (die < 0.92) return this.#get(this.#sharedKey())
    if (die < 0.96) return this.#get(this.#ownKey())
    return this.#readGroup()
  }

  #ownKey = () => `c${this.#number}/${this.#chance.whole(1, ownKeys)}`
  #sharedKey = () => sharedNames[this.#chance.whole(0, sharedKeys - 1)] as string

  #newId(): ValueId {
    const { run, large } = this.#workload
    const bytes = this.#chance.yes(large.probability) ? large.bytes : this.#chance.pick([20, 120, 120, 900, 4000])
    return valueId(run, this.#number, ++this.#count, bytes)
  }

  #anyPut = (key: string): Intent => ({ key, id: this.#newId() })

  #send(intents: readonly Intent[], durable: boolean): WriteEvent[] {
    const transaction = `${this.#workload.run}.${this.#number}.${++this.#count}`
    const sentNs = nowNs()
    return this.#workload.history.send(intents.map((intent) => ({ ...intent, client: this.#number, transaction, durable, sentNs })))
  }

  async #put(key: string, condition?: string | null, etag?: string): Promise<void> {
    const intent = { ...this.#anyPut(key), ...(condition !== undefined && { condition }) }
    const durable = this.#chance.yes(0.8)
    const [event] = this.#send([intent], durable)
    const answer = await this.#workload.api.send('PUT', dataPath(key), valueFor(intent.id as ValueId), {
      'content-type': 'text/plain',
      ...(!durable && { 'holdfast-durability': 'committed' }),
      ...(condition === null && { 'if-none-match': '*' }),
      ...(etag !== undefined && { 'if-match': etag }),
    })
    const put = event as WriteEvent
    if (!this.#settle([put], answer)) return
    put.version = (JSON.parse(answer.body.toString()) as { version: string }).version
    const timeline = timelineOf(answer)
    if (timeline !== undefined) put.timeline = timeline
  }

  async #compareAndPut(key: string): Promise<void> {
    const answer = await this.#get(key)
    const version = headerOf(answer, 'holdfast-version')
    if (answer.status === 200) await this.#put(key, version, headerOf(answer, 'etag'))
    else await this.#put(key, null)
  }

  async #delete(key: string): Promise<void> {
    const [event] = this.#send([{ key, id: null }], true)
    const answer = await this.#workload.api.send('DELETE', dataPath(key))
    this.#settle([event as WriteEvent], answer)
    if (answer.status === 404) this.#noteRead(key, null, (event as WriteEvent).sentNs)
  }

  #writeGroup(): Promise<void> {
    const group = this.#chance.whole(1, groups)
    const keys = Array.from({ length: groupKeys }, (_, member) => `g${group}/${member}`)
    if (this.#chance.yes(0.15)) return this.#batch(keys.map((key) => ({ key, id: null })))
    const id = this.#newId()
    return this.#batch(keys.map((key) => ({ key, id })))
  }

  /** One of its conditions cannot hold, so nothing of it may ever be seen. */
  #refusedBatch(): Promise<void> {
    const puts = [this.#anyPut(this.#ownKey()), this.#anyPut(this.#sharedKey())]
    return this.#batch([...puts, { ...this.#anyPut(this.#sharedKey()), condition: 'never-a-version' }])
  }

  async #batch(intents: readonly Intent[]): Promise<void> {
    const last = [...new Map(intents.map((intent) => [intent.key, intent])).values()]
    const events = this.#send(last, true)
    const operations = last.map(({ key, id, condition }) => ({
      op: id === null ? 'delete' : 'put',
      key,
      ...(id !== null && { value: valueFor(id).toString(), encoding: 'text' }),
      ...(typeof condition === 'string' && { ifVersion: condition }),
    }))
    const body = JSON.stringify({ atomic: true, operations })
    const answer = await this.#workload.api.send('POST', '/api/batch', body, { 'content-type': 'application/json' })
    if (!this.#settle(events, answer)) return
    const { results } = JSON.parse(answer.body.toString()) as { results: BatchResult[] }
    for (const [index, event] of events.entries()) {
      const result = results[index]
      if (result?.version !== undefined) event.version = result.version
      if (result?.status === 404) {
        event.outcome = 'refused'
        this.#noteRead(event.key, null, event.sentNs)
      }
    }
  }

  async #get(key: string): Promise<Answer> {
    const sentNs = nowNs()
    const answer = await this.#workload.api.send('GET', dataPath(key))
    if (answer.status === 404) this.#noteRead(key, null, sentNs)
    else if (answer.status === 200) this.#noteRead(key, this.#seenIn(key, answer), sentNs)
    else this.#problems.push(`GET ${JSON.stringify(key)} was answered ${answer.status}: ${answer.body.toString().slice(0, 500)}`)
    return answer
  }

  /** A page shows one state of the store: a group is whole in it (W2). */
  async #readGroup(): Promise<void> {
    const group = this.#chance.whole(1, groups)
    const sentNs = nowNs()
    const answer = await this.#workload.api.send('GET', `/api/data?prefix=g${group}/&values=true`)
    if (answer.status !== 200) {
      this.#problems.push(`a list was answered ${answer.status}: ${answer.body.toString().slice(0, 500)}`)
      return
    }
    const { items } = JSON.parse(answer.body.toString()) as { items: { key: string; version: string; value: string }[] }
    const seen = new Map(items.map(({ key, version, value }) => [key, this.#seen(key, Buffer.from(value), version)]))
    for (let member = 0; member < groupKeys; member++)
      this.#noteRead(`g${group}/${member}`, seen.get(`g${group}/${member}`) ?? null, sentNs)
    const ids = new Set([...seen.values()].map((state) => state?.id))
    if (ids.size > 1 || (items.length !== 0 && items.length !== groupKeys))
      this.#problems.push(`W2 one page shows half of group ${group}: ${JSON.stringify([...seen])}`)
  }

  #seenIn(key: string, answer: Answer): Seen {
    return this.#seen(key, answer.body, headerOf(answer, 'holdfast-version') ?? '')
  }

  #seen(key: string, value: Buffer, version: string): Seen {
    const id = idOf(value)
    if (id === undefined) this.#problems.push(`R2 ${JSON.stringify(key)}: the value is not whole: ${value.toString('latin1', 0, 80)}…`)
    return id === undefined ? null : { id, version }
  }

  #noteRead(key: string, seen: Seen, sentNs: number): void {
    this.#workload.history.read({ key, client: this.#number, seen, sentNs, answeredNs: nowNs() })
  }

  /** Notes what became of a write; true when it was acknowledged. */
  #settle(events: readonly WriteEvent[], answer: Answer): boolean {
    const acknowledged = answer.status < 300
    const refused = !acknowledged && refusals.has(codeOf(answer.body))
    const code = codeOf(answer.body)
    if (!acknowledged && !refused && code !== 'outcome_unknown')
      this.#problems.push(`a write of ${events[0]?.key} was answered ${answer.status}: ${answer.body.toString().slice(0, 500)}`)
    for (const event of events) {
      event.outcome = acknowledged ? 'acknowledged' : refused ? 'refused' : 'unknown'
      if (acknowledged || refused) event.answeredNs = nowNs()
    }
    return acknowledged
  }
}

const headerOf = (answer: Answer, name: string): string | undefined => {
  const value = answer.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The ETag is the timeline and the version. */
function timelineOf(answer: Answer): string | undefined {
  const version = headerOf(answer, 'holdfast-version')
  const etag = headerOf(answer, 'etag')
  return version === undefined ? undefined : etag?.slice(1, -(version.length + 2))
}
