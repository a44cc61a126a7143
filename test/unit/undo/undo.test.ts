import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dayMs, UndoHome } from './setup.ts'

let home: UndoHome
beforeEach(async () => {
  home = await UndoHome.make()
})
afterEach(() => home.remove())

async function fill(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await home.put(`a:${String(index).padStart(4, '0')}`, `value ${index}`)
}
const pointFile = (id: string) => join(home.folder, 'undo', `${id}.hfu`)

describe('a deletion by prefix', () => {
  test('comes back whole: value, type and expiry', async () => {
    await fill(2500)
    await home.put('a:ttl', 'soon gone', { ttlSeconds: 3600 })
    const before = home.contents()
    const { id } = await home.deletePrefix('a:')
    expect(home.store.records.size).toBe(0)
    expect(home.list()[0]).toMatchObject({ id, undo: { state: 'possible', records: 2501 } })
    const { result } = await home.runUndo(id)
    expect(result).toMatchObject({ undoes: id, restored: 2501, left: 0 })
    expect(home.contents()).toEqual(before)
  })

  test('leaves alone what was written since, and says which', async () => {
    await fill(3)
    const { id } = await home.deletePrefix('a:')
    await home.put('a:0001', 'newer')
    const { result } = await home.runUndo(id)
    expect(result).toMatchObject({ restored: 2, left: 1, leftKeys: ['a:0001'] })
    expect(Buffer.from(home.store.get('a:0001')?.value ?? []).toString()).toBe('newer')
  })

  test('does not bring back what has expired since', async () => {
    await home.put('a:1', 'x', { ttlSeconds: 60 })
    const { id } = await home.deletePrefix('a:')
    home.clock.advance(61_000)
    expect((await home.runUndo(id)).result).toMatchObject({ restored: 0, expired: 1 })
  })

  test('can be undone once; the undo can be undone itself', async () => {
    await fill(5)
    const deleted = await home.deletePrefix('a:')
    const undone = await home.runUndo(deleted.id)
    await expect(home.runUndo(deleted.id)).rejects.toMatchObject({ code: 'already_undone', details: { by: undone.id } })
    await home.runUndo(undone.id)
    expect(home.store.records.size).toBe(0)
  })

  test('cannot be undone after its time, and its file is gone', async () => {
    await fill(5)
    const { id } = await home.deletePrefix('a:')
    home.clock.advance(7 * dayMs)
    await expect(home.runUndo(id)).rejects.toMatchObject({ code: 'undo_expired' })
    await home.reopen()
    expect(await readdir(join(home.folder, 'undo'))).toEqual([])
    expect(home.list().find((entry) => entry.id === id)?.undo).toMatchObject({ state: 'expired' })
  })

  test('without room for its safety point is refused before it begins', async () => {
    await fill(10)
    await home.reopen(20)
    await expect(home.deletePrefix('a:')).rejects.toMatchObject({ code: 'undo_not_kept' })
    expect(home.store.records.size).toBe(10)
    const job = home.job('records.deletedByPrefix', (job) => home.storage.deletePrefix(job, { prefix: 'a:', dryRun: false, undo: false }))
    expect((await job).result).toMatchObject({ deleted: 10 })
  })

  test('keeps every record before it deletes it', async () => {
    await fill(1500)
    home.store.beforeCommit = async () => {
      const [name] = await readdir(join(home.folder, 'undo'))
      expect((await readFile(join(home.folder, 'undo', name ?? ''))).length).toBeGreaterThan(1000)
    }
    await home.deletePrefix('a:')
  })
})

describe('a host that is killed', () => {
  /** The host dies at the second part: the part was kept, and may or may not have been committed. */
  async function killedAt(part: number, committed: boolean): Promise<Record<string, string>> {
    await fill(2500)
    const before = home.contents()
    let parts = 0
    const died = new Promise<void>((resolve) => {
      home.store.beforeCommit = async () => {
        if (++parts < part) return
        home.store.beforeCommit = async () => {}
        if (committed) for (const key of [...home.store.records.keys()].slice(0, 1000)) home.store.records.delete(key)
        resolve()
        await new Promise(() => {})
      }
    })
    void home.deletePrefix('a:').catch(() => {})
    await died
    return before
  }

  test.each([
    [1, false],
    [2, false],
    [2, true],
  ])('in part %i (committed: %s) leaves an act that can be undone as far as it came', async (part, committed) => {
    const before = await killedAt(part, committed)
    const survivors = home.store.records
    const next = await UndoHome.make()
    next.store.records = survivors
    await copyUndo(home.folder, next.folder)
    await next.reopen()
    const done = 2500 - survivors.size
    const [entry] = next.list()
    if (done === 0) expect(entry).toBeUndefined()
    else {
      expect(entry).toMatchObject({ action: 'records.deletedByPrefix', outcome: 'interrupted', undo: { state: 'possible', records: done } })
      expect((await next.runUndo(entry?.id ?? '')).result).toMatchObject({ restored: done, left: 0 })
    }
    expect(next.contents()).toEqual(before)
    await next.remove()
  })

  test('while it wrote a safety point leaves half a frame, which is taken away', async () => {
    await fill(5)
    const { id } = await home.deletePrefix('a:')
    const path = pointFile(id)
    const whole = await readFile(path)
    await writeFile(path, Buffer.concat([whole, whole.subarray(4, 40)]))
    await home.reopen()
    expect((await readFile(path)).equals(whole)).toBe(true)
    expect((await home.runUndo(id)).result).toMatchObject({ restored: 5 })
  })
})

async function copyUndo(from: string, to: string): Promise<void> {
  for (const name of await readdir(join(from, 'undo'))) {
    await writeFile(join(to, 'undo', name), await readFile(join(from, 'undo', name)))
  }
}

describe('a damaged safety point', () => {
  test('gives no wrong bytes back, and counts what is lost', async () => {
    await fill(5)
    const { id } = await home.deletePrefix('a:')
    const path = pointFile(id)
    const bytes = await readFile(path)
    const at = bytes.indexOf('value 3')
    bytes[at < 0 ? 300 : at] = (bytes[at < 0 ? 300 : at] as number) ^ 0xff
    await writeFile(path, bytes)
    expect((await home.runUndo(id)).result).toMatchObject({ restored: 0, damaged: 5 })
  })

  test('whose beginning is gone is left as it is', async () => {
    await fill(5)
    const { id } = await home.deletePrefix('a:')
    await truncate(pointFile(id), 3)
    await home.reopen()
    expect(await readdir(join(home.folder, 'undo'))).toEqual([`${id}.hfu`])
    await expect(home.runUndo(id)).rejects.toMatchObject({ code: 'undo_expired' })
  })
})

describe('a change of one record', () => {
  test.each(['changed', 'deleted', 'created'])('by a person that was %s comes back', async (kind) => {
    if (kind !== 'created') await home.put('k', 'old')
    const before = home.contents()
    await home.asPerson(() => (kind === 'deleted' ? home.storage.delete('k') : home.put('k', 'new')))
    const [entry] = home.list()
    expect(entry).toMatchObject({ action: `record.${kind}`, actor: { kind: 'person' }, target: { key: 'k' }, undo: { state: 'possible' } })
    await home.runUndo(entry?.id ?? '')
    expect(home.contents()).toEqual(before)
  })

  test('of its time to live is told as such, and comes back even after it has run out', async () => {
    await home.put('k', 'old')
    await home.asPerson(() => home.put('k', 'old', { ttlSeconds: 60 }))
    home.clock.advance(61_000)
    const [entry] = home.list()
    expect(entry?.action).toBe('record.ttlChanged')
    expect((await home.runUndo(entry?.id ?? '')).result).toMatchObject({ restored: 1 })
    expect(home.store.get('k')?.meta.expiresAtMs).toBeNull()
  })

  test('by a program is neither kept nor noted', async () => {
    await home.put('k', 'old')
    await home.storage.delete('k')
    expect(home.list()).toEqual([])
    expect(await readdir(join(home.folder, 'undo'))).toEqual([])
  })

  test('that is refused leaves nothing behind', async () => {
    await home.put('k', 'old')
    const refused = home.asPerson(() => home.storage.delete('k', { condition: { version: 'other' } }))
    await expect(refused).rejects.toMatchObject({ code: 'precondition_failed' })
    await expect(home.asPerson(() => home.storage.delete('nothing'))).rejects.toMatchObject({ code: 'not_found' })
    expect(home.list()).toEqual([])
    expect(await readdir(join(home.folder, 'undo'))).toEqual([])
  })

  test('keeps what another writer put there at the last moment', async () => {
    await home.put('k', 'old')
    let first = true
    home.store.beforeCommit = async () => {
      const found = home.store.records.get('k')
      if (!first || !found) return
      first = false
      home.store.records.set('k', { ...found, meta: { ...found.meta, version: 'v99' }, value: Buffer.from('late') })
    }
    await home.asPerson(() => home.storage.delete('k'))
    await home.runUndo(home.list()[0]?.id ?? '')
    expect(Buffer.from(home.store.get('k')?.value ?? []).toString()).toBe('late')
  })

  test('without room is refused when it deletes, and goes on without undo when it writes', async () => {
    await home.put('k', 'a longer value than there is room for')
    await home.reopen(10)
    await expect(home.asPerson(() => home.storage.delete('k'))).rejects.toMatchObject({ code: 'undo_not_kept' })
    await home.asPerson(() => home.put('k', 'new'))
    expect(home.list()[0]).not.toHaveProperty('undo')
    await home.asPerson(() => home.storage.delete('k', { undo: false }))
    expect(home.store.get('k')).toBeUndefined()
  })
})
