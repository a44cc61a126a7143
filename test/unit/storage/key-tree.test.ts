import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Child } from '../../../src/contract/index.ts'
import { compareKeys } from '../../../src/main/persistence/key-order.ts'
import { MemoryStore } from '../../../src/main/persistence/memory-store.ts'
import type { RecordStore } from '../../../src/main/persistence/record-store.ts'
import { RecordBrowser } from '../../../src/main/storage/record-browser.ts'
import { ManualClock } from '../../support/clock.ts'
import { readerOver } from '../../support/readers.ts'
import { commit, drain, put, remove, StoreHome } from '../../support/stores.ts'

type Shown = Pick<Child, 'name' | 'prefix' | 'key' | 'count'>

/** What a tree by delimiters has below a prefix, from a list of all keys. */
function expectedChildren(keys: readonly string[], prefix: string, delimiters: string): Shown[] {
  const children = new Map<string, Shown>()
  const below = keys.filter((key) => key.startsWith(prefix)).sort(compareKeys)
  const branchOf = (key: string) => {
    const rest = [...key.slice(prefix.length)]
    const end = rest.findIndex((character) => delimiters.includes(character))
    return end < 0 ? undefined : prefix + rest.slice(0, end + 1).join('')
  }
  for (const key of below) {
    const branch = branchOf(key)
    const isBranchToo = key !== prefix && [...delimiters].some((delimiter) => below.some((other) => other.startsWith(key + delimiter)))
    if (branch === undefined && isBranchToo) continue
    const id = branch ?? key
    const named = branch === undefined ? key : [...branch].slice(0, -1).join('')
    const isRecord = branch === undefined || (named.length > prefix.length && keys.includes(named))
    const before = children.get(id)
    children.set(id, {
      name: id.slice(prefix.length),
      ...(branch !== undefined && { prefix: branch }),
      ...(isRecord && { key: named }),
      count: (before?.count ?? 0) + 1,
    })
  }
  return [...children.values()]
}

async function childrenByPage(browser: RecordBrowser, prefix: string, delimiters: string, limit: number): Promise<Shown[]> {
  const shown: Shown[] = []
  let after: string | undefined
  for (;;) {
    const page = await browser.children({ prefix, delimiters, limit, ...(after !== undefined && { after }) })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    shown.push(
      ...page.items.map(({ name, prefix: below, key, count }) => ({
        name,
        ...(below !== undefined && { prefix: below }),
        ...(key !== undefined && { key }),
        count,
      })),
    )
    if (page.next === null) return shown
    after = page.next
  }
}

const segment = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '界', 'é', '\u{1f600}', '\u{ffff}'), maxLength: 2 })
const keyOf = (delimiters: string) =>
  fc
    .array(fc.tuple(segment, fc.constantFrom(...delimiters)), { maxLength: 4 })
    .chain((parts) => segment.map((last) => parts.map(([name, delimiter]) => name + delimiter).join('') + last))
    .filter((key) => key !== '')

const delimiterSets = [':/', ':', '界', '\u{1f600}:', '.é']

describe('the tree of keys', () => {
  it.each(delimiterSets)('shows the same as a list of all keys, page by page, with the delimiters %j', async (delimiters) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(keyOf(delimiters), { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), async (keys, limit) => {
        const clock = new ManualClock()
        const store = new MemoryStore({ clock })
        if (keys.length > 0) await commit(store, ...keys.map((key) => put(key, 'x')))
        const browser = new RecordBrowser({ store, reader: readerOver(store), clock })
        const prefixes = ['', ...keys.flatMap((key) => [...key].map((_, end) => [...key].slice(0, end + 1).join('')))]
        for (const prefix of prefixes) {
          expect(await childrenByPage(browser, prefix, delimiters, limit)).toEqual(expectedChildren(keys, prefix, delimiters))
        }
        browser.close()
      }),
      { numRuns: 60 },
    )
  })

  it('agrees over the overlay and the database, deletions in the overlay included', async () => {
    const home = await StoreHome.make()
    const store = await home.open()
    const keys = ['a', 'a:1', 'a:2', 'b:1', 'c', 'c/d/e', 'c/d/f', 'd-x']
    await commit(store, ...keys.map((key) => put(key, 'x')))
    await drain(store)
    await commit(store, remove('b:1'), put('a:3', 'x'), put('e:1', 'x'), remove('c'))
    const browser = new RecordBrowser({ store, reader: readerOver(store), clock: home.clock })
    const shown = (await browser.children({ prefix: '', delimiters: ':/', limit: 100 })).items
    expect(shown.map(({ id }) => id)).toEqual(['a:', 'c/', 'd-x', 'e:'])
    expect(shown.map(({ key }) => key)).toEqual(['a', undefined, 'd-x', undefined])
    browser.close()
    await home.remove()
  })

  it('leaves out what has expired', async () => {
    const clock = new ManualClock()
    const store: RecordStore = new MemoryStore({ clock })
    await commit(store, put('a:1', 'x', { expiresAtMs: clock.wallMs() + 1000 }), put('b:1', 'x'))
    clock.advance(2000)
    const browser = new RecordBrowser({ store, reader: readerOver(store), clock })
    const { items } = await browser.children({ prefix: '', delimiters: ':', limit: 10 })
    expect(items.map(({ id }) => id)).toEqual(['b:'])
    browser.close()
  })
})
