import { describe, expect, it } from 'vitest'
import { History, type WriteEvent } from '../support/faults/history.ts'
import { judge, judgeLife, nothingLost, type Observation } from '../support/faults/oracle.ts'
import { idOf, valueFor, valueId } from '../support/faults/values.ts'
import { worldBefore } from '../support/faults/worlds.ts'

/** A small life of a host, told line by line. Every line takes two units of time, and each version is one more than the last. */
class Tale {
  readonly history: History
  #now = 0
  #version = 0

  constructor(base: Record<string, string> = {}) {
    this.history = new History(new Map(Object.entries(base).map(([key, id]) => [key, { id, version: this.#next() }])), this.#next())
  }

  #next(): string {
    return String(++this.#version).padStart(4, '0')
  }

  write(keys: string[], id: string | null, outcome: WriteEvent['outcome'] = 'acknowledged', more: Partial<WriteEvent> = {}): string {
    const version = this.#next()
    const sentNs = ++this.#now
    const transaction = `${sentNs}`
    const common = { id, client: 1, transaction, durable: true, sentNs, ...more }
    for (const event of this.history.send(keys.map((key) => ({ key, ...common })))) {
      event.outcome = outcome
      if (outcome === 'unknown') continue
      event.answeredNs = this.#now + 1
      if (outcome === 'acknowledged' && id !== null) event.version = more.version ?? version
    }
    this.#now++
    return version
  }

  read(key: string, seen: { id: string; version: string } | null, client = 2): void {
    this.history.read({ key, client, seen, sentNs: ++this.#now, answeredNs: ++this.#now })
  }

  now(): number {
    return this.#now
  }
}

const found = (states: Record<string, [id: string, version: string]>): Observation =>
  new Map(Object.entries(states).map(([key, [id, version]]) => [key, { id, version }]))

describe('the oracle after a crash', () => {
  it('is content with the last acknowledged state, and with a later write that was sent and not answered', () => {
    const tale = new Tale()
    tale.write(['k'], 'a')
    const version = tale.write(['k'], 'b')
    tale.write(['k'], 'c', 'unknown')
    expect(judge(tale.history, found({ k: ['b', version] }))).toEqual([])
    expect(judge(tale.history, found({ k: ['c', '9999'] }))).toEqual([])
  })

  it('finds an acknowledged write that is gone', () => {
    const tale = new Tale()
    const first = tale.write(['k'], 'a')
    tale.write(['k'], 'b')
    expect(judge(tale.history, found({ k: ['a', first] }))).toEqual([expect.stringContaining('W1')])
    expect(judge(tale.history, found({}))).toEqual([expect.stringContaining('is missing')])
  })

  it('finds an acknowledged delete that is gone, and a deleted value that a client no longer saw', () => {
    const tale = new Tale({ k: 'old' })
    tale.write(['k'], null)
    expect(judge(tale.history, found({ k: ['old', '0001'] }))).toEqual([expect.stringContaining('a delete came after it')])
    const shown = new Tale({ k: 'old' })
    shown.write(['k'], null, 'unknown')
    shown.read('k', null)
    expect(judge(shown.history, found({ k: ['old', '0001'] }))).toEqual([expect.stringContaining('R1')])
  })

  it('finds half a transaction, answered or not', () => {
    const tale = new Tale({ a: 'old', b: 'old' })
    tale.write(['a', 'b'], 'new', 'unknown')
    expect(judge(tale.history, found({ a: ['new', '0009'], b: ['new', '0009'] }))).toEqual([])
    expect(judge(tale.history, found({ a: ['old', '0001'], b: ['old', '0002'] }))).toEqual([])
    expect(judge(tale.history, found({ a: ['new', '0009'], b: ['old', '0002'] }))).toEqual([expect.stringContaining('"b"')])
  })

  it('finds half a transaction in a backup that was taken while it was written', () => {
    const tale = new Tale({ a: 'old', b: 'old' })
    const certainNs = tale.now()
    tale.write(['a', 'b'], 'new')
    const cut = { certainNs, possibleNs: tale.now(), power: false }
    expect(judge(tale.history, found({ a: ['old', '0001'], b: ['old', '0002'] }), cut)).toEqual([])
    const version = tale.history.writes[0]?.version as string
    expect(judge(tale.history, found({ a: ['new', version], b: ['old', '0002'] }), cut)).toHaveLength(1)
  })

  it('finds a refused write that is visible, a write from later, a value from nowhere and a changed version', () => {
    const tale = new Tale()
    tale.write(['k'], 'refused', 'refused')
    expect(judge(tale.history, found({ k: ['refused', '0009'] }))).toEqual([expect.stringContaining('W3')])
    const moment = tale.now()
    const version = tale.write(['k'], 'later')
    const cut = { certainNs: moment, possibleNs: moment, power: false }
    expect(judge(tale.history, found({ k: ['later', version] }), cut)).toEqual([expect.stringContaining('sent only later')])
    expect(judge(tale.history, found({ k: ['later', '0099'] }))).toEqual([expect.stringContaining('acknowledged with version')])
    expect(judge(tale.history, found({ k: ['strange', '0099'] }))).toEqual([expect.stringContaining('nobody wrote')])
  })

  it('finds a state that a client had been shown and that is gone, though its write was never answered', () => {
    const tale = new Tale({ k: 'old' })
    tale.write(['k'], 'seen', 'unknown')
    tale.read('k', { id: 'seen', version: '0009' })
    expect(judge(tale.history, found({ k: ['old', '0001'] }))).toEqual([expect.stringContaining('seen')])
  })

  it('lets a power loss take what was only committed, unless a durable write came after it', () => {
    const tale = new Tale({ k: 'old' })
    tale.write(['k'], 'committed', 'acknowledged', { durable: false })
    const old = found({ k: ['old', '0001'] })
    expect(judge(tale.history, old, { ...nothingLost, power: true })).toEqual([])
    expect(judge(tale.history, old)).toHaveLength(1)
    const version = tale.write(['other'], 'durable')
    const both = found({ k: ['old', '0001'], other: ['durable', version] })
    expect(judge(tale.history, both, { ...nothingLost, power: true })).toEqual([expect.stringContaining('committed')])
  })
})

describe('the oracle on the life of a host', () => {
  it('is content with reads that show what was acknowledged', () => {
    const tale = new Tale()
    const version = tale.write(['k'], 'a')
    tale.read('k', { id: 'a', version })
    tale.write(['k'], null)
    tale.read('k', null)
    expect(judgeLife(tale.history)).toEqual([])
  })

  it('finds a read that does not show what was acknowledged before, and one that goes back', () => {
    const tale = new Tale()
    const first = tale.write(['k'], 'a')
    tale.read('k', { id: 'a', version: first })
    const second = tale.write(['k'], 'b')
    tale.read('k', { id: 'b', version: second })
    tale.read('k', { id: 'a', version: first })
    const problems = judgeLife(tale.history)
    expect(problems).toContainEqual(expect.stringContaining('W1'))
    expect(problems).toContainEqual(expect.stringContaining('R1'))
  })

  it('finds a version that is not above those known before', () => {
    const tale = new Tale()
    tale.write(['a'], 'x')
    tale.write(['b'], 'y', 'acknowledged', { version: '0001' })
    expect(judgeLife(tale.history)).toEqual([expect.stringContaining('is not above')])
  })

  it('finds two winners of one condition', () => {
    const tale = new Tale()
    const version = tale.write(['k'], 'a')
    tale.write(['k'], 'b', 'acknowledged', { condition: version })
    expect(judgeLife(tale.history)).toEqual([])
    tale.write(['k'], 'c', 'acknowledged', { condition: version })
    expect(judgeLife(tale.history)).toEqual([expect.stringContaining('came between')])
    const absent = new Tale({ k: 'old' })
    absent.write(['k'], 'new', 'acknowledged', { condition: null })
    expect(judgeLife(absent.history)).toEqual([expect.stringContaining('absence')])
  })
})

describe('the oracle on a life that ended on another timeline', () => {
  it('does not hold what was answered there against the records of the first', () => {
    const tale = new Tale({ k: 'old' })
    // Sent just before the store went back to a state without the key, and let in just after.
    tale.write(['k'], 'new', 'acknowledged', { condition: null })
    expect(judgeLife(worldBefore(tale.history, tale.now() - 1))).toEqual([])
    expect(judgeLife(worldBefore(tale.history, tale.now()))).toEqual([expect.stringContaining('absence')])
  })

  it('judges what was answered before as ever', () => {
    const tale = new Tale()
    const version = tale.write(['k'], 'a')
    tale.write(['k'], 'b')
    tale.read('k', { id: 'a', version })
    const asked = tale.now()
    tale.write(['k'], 'c')
    expect(judgeLife(worldBefore(tale.history, asked))).toEqual([expect.stringContaining('W1')])
  })
})

describe('the values of the clients', () => {
  it('name their write when they are whole, and nothing when a byte is wrong or missing', () => {
    const id = valueId('run', 3, 17, 5000)
    const value = valueFor(id)
    expect(value).toHaveLength(5000)
    expect(idOf(value)).toBe(id)
    expect(idOf(value.subarray(0, 4999))).toBeUndefined()
    const flipped = Buffer.from(value)
    flipped.writeUInt8(flipped.readUInt8(4000) ^ 1, 4000)
    expect(idOf(flipped)).toBeUndefined()
    expect(idOf(valueFor(valueId('run', 3, 18, 1)))).toBe(valueId('run', 3, 18, 1))
  })
})
