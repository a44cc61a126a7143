import type { History, ReadEvent, Seen, WriteEvent } from './history.ts'
import type { ValueId } from './values.ts'

/** The whole store as it was found after a crash. */
export type Observation = ReadonlyMap<string, { readonly id: ValueId; readonly version: string }>

/**
 * The moment of the crash. A write acknowledged before `certainNs` must be there; one sent after `possibleNs` cannot be. For a kill both
 * are the moment of the kill; for a backup its beginning and its end.
 */
export interface Cut {
  readonly certainNs: number
  readonly possibleNs: number
  /** A power loss may take back what was acknowledged as only committed, unless a later durable write was acknowledged (W4). */
  readonly power: boolean
}

const endOfTime = Number.MAX_SAFE_INTEGER
export const nothingLost: Cut = { certainNs: endOfTime, possibleNs: endOfTime, power: false }

/** A write as the oracle judges it: from `provenNs` on it is certain that it was applied. */
interface Judged {
  readonly event: WriteEvent
  readonly key: string
  readonly id: ValueId | null
  readonly sentNs: number
  provenNs: number
  version: string | undefined
}

/** What may, and what must, have been applied to a key when someone looks. */
interface Moment {
  readonly writes: readonly Judged[]
  readonly certain: readonly Judged[]
  readonly certainNs: number
}

const never = Number.POSITIVE_INFINITY

/**
 * Says, one sentence for each, where what was found contradicts what clients were told (DESIGN.md section 12): W1 an acknowledged write is
 * missing; W2 a part of a transaction; W3 a refused write is visible; R1 a read went back; versions that do not grow; two winners of one
 * condition. Empty when every part of the observation can be explained.
 */
export function judge(history: History, found: Observation, cut: Cut = nothingLost): string[] {
  return new Oracle(history, cut).judge(found)
}

/** The rules that hold while the host lives: every read explained, versions growing, no condition won twice. */
export function judgeLife(history: History): string[] {
  return new Oracle(history, nothingLost).judgeLife()
}

class Oracle {
  readonly #history: History
  readonly #cut: Cut
  readonly #byKey: Map<string, Judged[]>
  readonly #all: Judged[]
  readonly #absences: Map<string, ReadEvent[]>

  constructor(history: History, cut: Cut) {
    this.#history = history
    this.#cut = cut
    const base = [...history.base].map(([key, { id, version }]) => judgedBase(key, id, version))
    this.#all = [...base, ...history.writes.filter((write) => write.outcome !== 'refused').map(judgedWrite)]
    this.#byKey = Map.groupBy(this.#all, (write) => write.key)
    const absences = history.reads.filter((read) => read.seen === null)
    this.#absences = Map.groupBy(absences, (read) => read.key)
  }

  judge(found: Observation): string[] {
    this.#proveByReads()
    this.#distrustCommitted()
    this.#proveByFinding(found)
    const keys = new Set([...this.#byKey.keys(), ...found.keys()])
    return [...keys].flatMap((key) => this.#explain(key, found.get(key) ?? null, this.#cut.certainNs, this.#cut.possibleNs) ?? [])
  }

  judgeLife(): string[] {
    this.#proveByReads()
    const reads = this.#history.reads.flatMap((read) => {
      const problem = this.#explain(read.key, read.seen, read.sentNs, read.answeredNs)
      return problem === undefined ? [] : [`client ${read.client} read, between ${read.sentNs} and ${read.answeredNs}: ${problem}`]
    })
    return [...reads, ...this.#readsGoingBack(), ...this.#versionsNotGrowing(), ...this.#conditionsWonTwice()]
  }

  /** What a client was shown had been acknowledged at its own durability (JN3): from then on it must stay. */
  #proveByReads(): void {
    const byId = new Map(this.#all.map((write) => [`${write.key}\n${write.id}`, write]))
    for (const { key, seen, answeredNs } of this.#history.reads) {
      const write = seen === null ? undefined : byId.get(`${key}\n${seen.id}`)
      if (write === undefined || seen === null) continue
      write.provenNs = Math.min(write.provenNs, answeredNs)
      write.version ??= seen.version
    }
    this.#proveWholeTransactions()
  }

  /** Visible after the crash: applied, with all of its transaction (W2). */
  #proveByFinding(found: Observation): void {
    for (const write of this.#all) {
      const state = found.get(write.key)
      if (state === undefined || state.id !== write.id) continue
      write.provenNs = Math.min(write.provenNs, this.#cut.certainNs)
      write.version ??= state.version
    }
    this.#proveWholeTransactions()
  }

  #proveWholeTransactions(): void {
    for (const members of Map.groupBy(this.#all, (write) => write.event.transaction).values()) {
      const provenNs = Math.min(...members.map((member) => member.provenNs))
      for (const member of members) member.provenNs = provenNs
    }
  }

  #distrustCommitted(): void {
    if (!this.#cut.power) return
    const synced = this.#all.filter(
      ({ event, provenNs, version }) => event.durable && provenNs <= this.#cut.certainNs && version !== undefined,
    )
    const highest = synced.reduce((most, { version = '' }) => (version > most ? version : most), this.#history.versionFloor)
    for (const write of this.#all) {
      const isFollowedBySynced = write.version !== undefined && write.version <= highest
      if (!write.event.durable && !isFollowedBySynced) write.provenNs = never
    }
  }

  /** Undefined when `seen` can be what a reader finds who looks between the two moments. */
  #explain(key: string, seen: Seen, certainNs: number, possibleNs: number): string | undefined {
    const writes = (this.#byKey.get(key) ?? []).filter((write) => write.sentNs <= possibleNs)
    const certain = writes.filter((write) => write.provenNs <= certainNs)
    return seen === null ? explainAbsence(key, writes, certain) : this.#explainValue(key, seen, { writes, certain, certainNs })
  }

  #explainValue(key: string, seen: NonNullable<Seen>, { writes, certain, certainNs }: Moment): string | undefined {
    const name = JSON.stringify(key)
    const source = writes.find((write) => write.id === seen.id)
    if (source === undefined) return this.#nameStranger(name, key, seen)
    if (source.version !== undefined && source.version !== seen.version)
      return `W1 ${name}: ${seen.id} was acknowledged with version ${source.version} and has ${seen.version}`
    const successor = certain.find((write) => write !== source && isAfter(write, source, seen.version))
    if (successor !== undefined)
      return `W1 ${name}: shows ${seen.id} (${seen.version}), but ${describe(successor)} came after it and was acknowledged`
    const absence = this.#absences.get(key)?.find((read) => read.sentNs >= source.provenNs && read.answeredNs <= certainNs)
    return absence && `R1 ${name}: ${seen.id} came back after client ${absence.client} was shown that it is gone`
  }

  #nameStranger(name: string, key: string, seen: NonNullable<Seen>): string {
    const refused = this.#history.writes.find((write) => write.key === key && write.id === seen.id)
    if (refused?.outcome === 'refused') return `W3 ${name}: shows ${seen.id}, which was refused`
    if (refused !== undefined) return `W3 ${name}: shows ${seen.id}, which was sent only later`
    return `R2 ${name}: shows ${seen.id}, which nobody wrote`
  }

  #readsGoingBack(): string[] {
    const shown = new Map<string, string>()
    const problems: string[] = []
    for (const { client, key, seen } of this.#history.reads.toSorted((a, b) => a.answeredNs - b.answeredNs)) {
      if (seen === null) continue
      const who = `${client} ${key}`
      const before = shown.get(who) ?? ''
      if (seen.version < before) problems.push(`R1 ${JSON.stringify(key)}: client ${client} was shown ${before} and then ${seen.version}`)
      else shown.set(who, seen.version)
    }
    return problems
  }

  /** A write that was sent after another was answered has the greater version, whatever the keys and whatever the clock. */
  #versionsNotGrowing(): string[] {
    const answered = this.#history.writes.filter((write) => write.outcome === 'acknowledged' && write.version !== undefined)
    const byAnswer = answered.toSorted((a, b) => (a.answeredNs as number) - (b.answeredNs as number))
    const problems: string[] = []
    let highest = this.#history.versionFloor
    let next = 0
    for (const write of answered.toSorted((a, b) => a.sentNs - b.sentNs)) {
      for (; next < byAnswer.length && ((byAnswer[next] as WriteEvent).answeredNs as number) < write.sentNs; next++) {
        const version = (byAnswer[next] as WriteEvent).version as string
        if (version > highest) highest = version
      }
      if ((write.version as string) <= highest)
        problems.push(
          `version ${write.version} of ${JSON.stringify(write.key)} is not above ${highest}, which was known before it was sent`,
        )
    }
    return problems
  }

  #conditionsWonTwice(): string[] {
    return this.#all.flatMap((winner) => {
      const { condition, sentNs, answeredNs, outcome } = winner.event
      if (condition === undefined || outcome !== 'acknowledged') return []
      if (condition === null) {
        const problem = this.#explain(winner.key, null, sentNs, answeredNs as number)
        return problem === undefined ? [] : [`W3 ${winner.id} was bound to the absence of its key: ${problem}`]
      }
      const between = this.#byKey.get(winner.key)?.find((other) => other !== winner && isBetween(other, condition, winner.version ?? ''))
      return between === undefined
        ? []
        : [`W3 ${JSON.stringify(winner.key)}: ${winner.id} was bound to ${condition}, but ${between.id} came between`]
    })
  }
}

const isBetween = ({ version = '' }: Judged, low: string, high: string): boolean => version > low && version < high

function explainAbsence(key: string, writes: readonly Judged[], certain: readonly Judged[]): string | undefined {
  const deletes = writes.filter((write) => write.id === null)
  const lost = certain.find((put) => put.id !== null && !deletes.some((removal) => removal.provenNs > put.sentNs))
  return lost && `W1 ${JSON.stringify(key)}: is missing, but ${describe(lost)} was acknowledged and not deleted`
}

/** Whether `write` certainly came after `source`, of which `version` is visible. */
function isAfter(write: Judged, source: Judged, version: string): boolean {
  if (write.version !== undefined && write.id !== null) return write.version > version
  return write.sentNs >= source.provenNs
}

const describe = (write: Judged): string => `${write.id ?? 'a delete'}${write.version === undefined ? '' : ` (${write.version})`}`

function judgedBase(key: string, id: ValueId, version: string): Judged {
  const event: WriteEvent = {
    key,
    id,
    client: -1,
    transaction: `base ${key}`,
    durable: true,
    sentNs: Number.NEGATIVE_INFINITY,
    outcome: 'acknowledged',
    version,
  }
  return { event, key, id, sentNs: event.sentNs, provenNs: Number.NEGATIVE_INFINITY, version }
}

function judgedWrite(event: WriteEvent): Judged {
  const provenNs = event.outcome === 'acknowledged' ? (event.answeredNs as number) : never
  return { event, key: event.key, id: event.id, sentNs: event.sentNs, provenNs, version: event.version }
}
