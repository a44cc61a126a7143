import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../../src/main/persistence/memory-store.ts'
import { RecordBrowser } from '../../../src/main/storage/record-browser.ts'
import { detectDelimiters, TreeModel, type TreeRow } from '../../../src/renderer/features/data/tree-model.ts'
import { ManualClock } from '../../support/clock.ts'
import { readerOver } from '../../support/readers.ts'
import { commit, put, remove } from '../../support/stores.ts'

async function treeOver(keys: readonly string[]) {
  const clock = new ManualClock()
  const store = new MemoryStore({ clock })
  await commit(store, ...keys.map((key) => put(key, 'x')))
  const browser = new RecordBrowser({ store, reader: readerOver(store), clock })
  let failure: Error | undefined
  const model = new TreeModel(async ({ prefix = '', delimiters = ':/', limit = 100, after }) => {
    if (failure) throw failure
    return browser.children({ prefix, delimiters, limit, ...(after !== undefined && { after }) })
  }, ':/')
  return {
    store,
    model,
    fail: (error: Error | undefined) => {
      failure = error
    },
  }
}

const shown = (rows: readonly TreeRow[]) =>
  rows.map((row) => `${'  '.repeat(row.depth)}${row.kind === 'child' ? row.child.name : row.kind}`)

describe('the tree on the screen', () => {
  it('shows a branch below its line when it is opened, and not when it is closed', async () => {
    const { model } = await treeOver(['a:1', 'a:2:x', 'b', 'c/d'])
    await model.start(':/')
    expect(shown(model.snapshot().rows)).toEqual(['a:', 'b', 'c/'])
    await model.expand('a:')
    await model.expand('a:2:')
    expect(shown(model.snapshot().rows)).toEqual(['a:', '  1', '  2:', '    x', 'b', 'c/'])
    model.collapse('a:')
    expect(shown(model.snapshot().rows)).toEqual(['a:', 'b', 'c/'])
  })

  it('loads the next children when the line after the last one is seen, to the very end', async () => {
    const keys = Array.from({ length: 250 }, (_, place) => `k:${String(place).padStart(4, '0')}`)
    const { model } = await treeOver(keys)
    await model.start(':/')
    await model.expand('k:')
    expect(shown(model.snapshot().rows).at(-1)).toBe('  more')
    while (model.snapshot().rows.at(-1)?.kind === 'more') await model.load('k:')
    expect(shown(model.snapshot().rows)).toEqual(['k:', ...keys.map((key) => `  ${key.slice(2)}`)])
  })

  it('says what failed in the branch, keeps what is there, and tries again', async () => {
    const { model, fail } = await treeOver(['a:1', 'b:1'])
    await model.start(':/')
    fail(new Error('host gone'))
    await model.expand('a:')
    expect(shown(model.snapshot().rows)).toEqual(['a:', '  failed', 'b:'])
    fail(undefined)
    await model.load('a:')
    expect(shown(model.snapshot().rows)).toEqual(['a:', '  1', 'b:'])
  })

  it('follows what others change in the branches that are open', async () => {
    const { model, store } = await treeOver(['a:1', 'b:1'])
    await model.start(':/')
    await model.expand('a:')
    await commit(store, put('a:2', 'x'), remove('b:1'), put('c', 'x'))
    await model.refresh()
    expect(shown(model.snapshot().rows)).toEqual(['a:', '  1', '  2', 'c'])
  })

  it('begins anew with other delimiters', async () => {
    const { model } = await treeOver(['a.b.c', 'a.d'])
    await model.start(':/')
    expect(shown(model.snapshot().rows)).toEqual(['a.b.c', 'a.d'])
    await model.start('.')
    expect(shown(model.snapshot().rows)).toEqual(['a.'])
  })
})

describe('delimiters', () => {
  it('are : and / where keys have them, else what most keys have', () => {
    expect(detectDelimiters(['a:b', 'c/d', 'e.f'])).toBe(':/')
    expect(detectDelimiters(['a.b.c', 'a.d', 'plain'])).toBe('.')
    expect(detectDelimiters(['plain', 'words'])).toBe(':/')
    expect(detectDelimiters([])).toBe(':/')
  })
})
