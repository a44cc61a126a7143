import { encode as encodePacked } from '@msgpack/msgpack'
import { encode as encodeCbor } from 'cbor2'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { viewFor } from '../../../src/renderer/features/data/view-choice.ts'
import { ViewMemory } from '../../../src/renderer/features/data/view-memory.ts'
import type { TreeView } from '../../../src/renderer/features/data/viewers/decode-messages.ts'
import { TaskRunner } from '../../../src/renderer/features/data/viewers/decode-tasks.ts'
import { contentOf } from '../../../src/renderer/features/data/viewers/value-content.ts'
import type { TreeNode } from '../../../src/renderer/features/data/viewers/value-tree.ts'
import { ValueTreeModel } from '../../../src/renderer/features/data/viewers/value-tree-model.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const viewsOf = (bytes: Uint8Array, contentType = 'application/octet-stream', isWhole = true) =>
  contentOf(bytes, contentType, isWhole).views
const png = hex('89504e470d0a1a0a 0000000d')

describe('what a value is', () => {
  it('is told from bytes that MessagePack or CBOR made', () => {
    const reading = { sensor: 'a-17', values: [1, 2.5, null] }
    expect(viewsOf(encodePacked(reading))).toEqual(['msgpack', 'hex'])
    expect(viewsOf(encodeCbor(reading))).toEqual(['cbor', 'hex'])
  })

  it('is not one of them where the bytes do not end with it', () => {
    expect(viewsOf(new Uint8Array([...encodePacked({ a: 1 }), 0xff]))).toEqual(['hex'])
  })

  it('is what its type says where both could have made the bytes', () => {
    const both = hex('81 01')
    const [first] = viewsOf(hex('80'), 'application/cbor')
    expect(first).toBe('cbor')
    expect(viewsOf(hex('80'), 'application/msgpack')[0]).toBe('msgpack')
    expect(viewsOf(both, 'application/senml+cbor')[0]).toBe('cbor')
  })

  it('is an image by the bytes that it begins with, whatever its type says', () => {
    expect(contentOf(png, 'text/plain')).toMatchObject({ views: ['image', 'hex'], imageType: 'image/png' })
    expect(viewsOf(hex('ffd8ffe0'))[0]).toBe('image')
    expect(viewsOf(bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml')).toEqual(['image', 'text', 'hex'])
    expect(viewsOf(bytesOf('BMW is a word that begins like a bitmap'))[0]).toBe('text')
  })

  it('is guessed from its beginning, which may end within a character', () => {
    const text = bytesOf('{"town":"Zürich"}')
    expect(viewsOf(text.subarray(0, 11), 'application/octet-stream', false)).toEqual(['json', 'tree', 'text', 'hex'])
    expect(viewsOf(text.subarray(0, 11))).toEqual(['hex'])
    expect(viewsOf(encodePacked({ a: 'long' }).subarray(0, 3), 'application/octet-stream', false)).toContain('msgpack')
  })
})

describe('how a value is shown', () => {
  const choice = { views: ['json', 'tree', 'text', 'hex'], chosen: undefined, remembered: undefined, isWhole: true, sizeBytes: 10 } as const

  it('is what fits best, until a person says otherwise for it or for records like it', () => {
    expect(viewFor(choice)).toBe('json')
    expect(viewFor({ ...choice, remembered: 'tree' })).toBe('tree')
    expect(viewFor({ ...choice, remembered: 'tree', chosen: 'hex' })).toBe('hex')
    expect(viewFor({ ...choice, remembered: 'image' })).toBe('json')
  })

  it('needs no loading of many megabytes that nobody asked for', () => {
    const picture = { ...choice, views: ['image', 'hex'], isWhole: false } as const
    expect(viewFor({ ...picture, sizeBytes: 300_000 })).toBe('image')
    expect(viewFor({ ...picture, sizeBytes: 9_000_000 })).toBe('hex')
  })

  const memory = () => {
    const stored = new Map<string, string>()
    return new ViewMemory({ getItem: (name) => stored.get(name) ?? null, setItem: (name, value) => void stored.set(name, value) })
  }

  it('is remembered by prefix: the nearest one first, then the widest', () => {
    const views = memory()
    views.remember('town:CH:Bern:1', ':/', 'tree')
    expect(views.viewOf('town:CH:Bern:2', ':/')).toBe('tree')
    expect(views.viewOf('town:JP:Kyoto:3', ':/')).toBe('tree')
    expect(views.viewOf('sensor:1', ':/')).toBeUndefined()
    views.remember('town:CH:Zug:4', ':/', 'hex')
    expect(views.viewOf('town:JP:Kyoto:3', ':/')).toBe('hex')
    expect(views.viewOf('town:CH:Bern:2', ':/')).toBe('tree')
  })

  it('is forgotten for the prefix that was chosen longest ago once there are very many', () => {
    const views = memory()
    for (let number = 0; number < 250; number++) views.remember(`p${number}:x`, ':', 'text')
    expect(views.viewOf('p0:x', ':')).toBeUndefined()
    expect(views.viewOf('p249:x', ':')).toBe('text')
  })

  it('is not remembered from what something else has left in that place', () => {
    const broken = new ViewMemory({ getItem: () => '[["a:","sideways"],3]', setItem: () => {} })
    expect(broken.viewOf('a:b', ':')).toBeUndefined()
  })
})

describe('a decoded value', () => {
  const opened = (view: TreeView, bytes: Uint8Array) => {
    const runner = new TaskRunner()
    const tree = runner.run('openTree', { view, bytes })
    const children = (node: TreeNode) => runner.run('children', { id: node.id, from: 0, count: 1000 })
    return { tree, children, runner }
  }
  const linesOf = (view: TreeView, bytes: Uint8Array): string[] => {
    const { tree, children } = opened(view, bytes)
    if ('problem' in tree) throw new Error(tree.problem)
    const of = (node: TreeNode, depth: number): string[] => [
      `${' '.repeat(depth)}${node.name ?? '*'} ${node.kind} ${node.text}`.trimEnd(),
      ...(node.isOpenable ? children(node).flatMap((child) => of(child, depth + 1)) : []),
    ]
    return of(tree.root, 0)
  }

  it('of JSON has its numbers, its order and names that come twice as they are written', () => {
    expect(linesOf('tree', bytesOf('{"b":12345678901234567890,"2":1.0,"1":[true,null,"x"],"b":{}}'))).toEqual([
      '* object',
      ' b number 12345678901234567890',
      ' 2 number 1.0',
      ' 1 array',
      '  0 word true',
      '  1 word null',
      '  2 string x',
      ' b object',
    ])
  })

  it('of any JSON has as many lines as it has values', () => {
    const count = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Object.values(value).reduce((sum: number, each) => sum + count(each), 0) : 1
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(linesOf('tree', bytesOf(text))).toHaveLength(count(JSON.parse(text)))
      }),
    )
  })

  it('of MessagePack keeps integers of 64 bits, bytes and times', () => {
    const bytes = encodePacked({ id: 18446744073709551615n, raw: new Uint8Array([1, 255]), at: new Date(0) }, { useBigInt64: true })
    expect(linesOf('msgpack', bytes)).toEqual([
      '* object',
      ' id number 18446744073709551615',
      ' raw bytes 01 ff',
      ' at time 1970-01-01T00:00:00.000Z',
    ])
  })

  it('of CBOR has tags by their numbers, which make nothing, and names of every kind', () => {
    // {1: 32("not an address"), "1": undefined, h'ff': [2, 3]}
    const bytes = hex('a3 01 d820 6e 6e6f7420616e2061646472657373 6131 f7 41ff 9f0203ff')
    expect(linesOf('cbor', bytes)).toEqual([
      '* object',
      ' 1 tagged',
      '  32 string not an address',
      ' 1 word undefined',
      ' ff array',
      '  0 number 2',
      '  1 number 3',
    ])
  })

  it('says what is wrong where the bytes are something else', () => {
    for (const view of ['tree', 'msgpack', 'cbor'] as const) {
      const { tree } = opened(view, hex('c1 00 9b 0000 ffff ffff ffff'))
      expect(tree, view).toHaveProperty('problem')
    }
  })

  it('costs what is looked at: nesting of 100,000 levels and a million members open at once', () => {
    const deep = opened('tree', bytesOf(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).tree
    expect(deep).toMatchObject({ root: { kind: 'array', size: 1 } })
    const { tree, runner } = opened('tree', bytesOf(`[${'1,'.repeat(999_999)}1]`))
    expect(tree).toMatchObject({ root: { size: 1_000_000 } })
    expect(runner.run('children', { id: 0, from: 999_998, count: 100 }).map(({ name }) => name)).toEqual(['999998', '999999'])
  })

  it('is opened line by line: what is small at once, what is large when somebody looks', async () => {
    const { tree, runner } = opened('tree', bytesOf(JSON.stringify({ small: { a: 1, b: 2 }, large: Array.from({ length: 500 }, () => 0) })))
    if ('problem' in tree) throw new Error(tree.problem)
    const model = new ValueTreeModel(tree.root, async (id, from, count) => runner.run('children', { id, from, count }))
    await model.openFirst()
    expect(model.snapshot().map(({ id, kind, depth }) => [id, kind, depth])).toEqual([
      ['0', 'node', 0],
      ['1', 'node', 1],
      ['3', 'node', 2],
      ['4', 'node', 2],
      ['2', 'node', 1],
    ])
    const large = model.snapshot().at(-1)
    if (large?.kind !== 'node') throw new Error('no line')
    await model.open(large.node)
    expect(model.snapshot().at(-1)).toMatchObject({ kind: 'more', from: 200 })
    await model.readMore(large.node)
    await model.readMore(large.node)
    expect(model.snapshot().at(-1)).toMatchObject({ kind: 'node', node: { name: '499' } })
    model.close(large.node)
    expect(model.snapshot()).toHaveLength(5)
  })
})
