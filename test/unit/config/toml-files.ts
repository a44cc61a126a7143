import fc from 'fast-check'
import type { AnySetting } from '../../../src/main/config/setting.ts'
import { eachSetting } from '../../../src/main/config/settings-table.ts'

/** One line of a made file, and the keys that a change of this line may come from. */
export interface MadeLine {
  readonly text: string
  readonly keys: readonly string[]
}

export interface MadeFile {
  readonly text: string
  readonly lines: readonly MadeLine[]
  /** As JSON would say it. */
  readonly values: ReadonlyMap<string, unknown>
}

type Style = 'headers' | 'dotted' | 'half-dotted' | 'inline'

const settings = [...eachSetting()].map(({ path, setting }) => ({ key: path.join('.'), path, setting }))
// They depend on one another, or on the disk: the check of a whole file would refuse some combinations.
const dependent = new Set(['cache.redis.cluster.enabled', 'backup.storage.type'])
const usable = settings.filter(({ key, setting }) => setting.form.kind !== 'path' && !dependent.has(key))

const urls = ['redis://one:6379', 'rediss://user:p%40ss@two/3', 'https://three.example/bucket#x']
const texts: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'server.http': fc.constantFrom('off', '127.0.0.1:0', '[::1]:7450'),
  'backup.schedule': fc.constantFrom('0 2 * * *', '*/5 1-4 * * 1'),
  'cache.redis.url': fc.constantFrom('', urls[0], urls[1]),
  'backup.storage.remote_url': fc.constantFrom('', urls[2]),
  'cache.redis.cluster.nodes': fc.array(fc.constantFrom(urls[0], urls[1]), { maxLength: 3 }),
  'storage.filesystem.allowed_extensions': fc.array(fc.constantFrom('txt', 'tar.gz', '数据'), { maxLength: 4 }),
}
const anyText = fc.string({ unit: 'binary', maxLength: 30 })

/** A value that the key takes. */
export function validValue(key: string, setting: AnySetting): fc.Arbitrary<unknown> {
  const { form } = setting
  switch (form.kind) {
    case 'number':
      return fc.integer({ min: form.min, max: form.max })
    case 'switch':
      return fc.boolean()
    case 'choice':
      return fc.constantFrom(...form.choices)
    case 'path':
      return fc.constant(`folders/${key}`)
    case 'text':
    case 'list':
      return texts[key] ?? anyText
    default:
      return form satisfies never
  }
}

const comment = fc.stringMatching(/^[ -~π中]{0,20}$/u).map((text) => `#${text}`)
const space = fc.constantFrom('', ' ', '\t', '  ')

const keyPart = (name: string): fc.Arbitrary<string> => fc.constantFrom(name, name, `"${name}"`, `'${name}'`)
const dotted = (path: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom('.', '.', ' . '), ...path.map(keyPart)).map(([dot, ...parts]) => parts.join(dot))

const basic = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f')

/** The same value in one of the ways in which TOML can write it. */
function written(value: unknown): fc.Arbitrary<string> {
  const plain = (...ways: string[]) => fc.constantFrom(...ways)
  if (typeof value === 'number')
    return plain(String(value), `+${value}`, `0x${value.toString(16)}`, String(value).replace(/(\d)(\d)/, '$1_$2'))
  if (typeof value === 'boolean') return plain(String(value))
  if (typeof value === 'string') return plain(basic(value), ...(/^[ -&(-~]*$/.test(value) ? [`'${value}'`, `'''${value}'''`] : []))
  const items = (value as string[]).map(basic)
  if (items.length === 0) return plain('[]', '[ ]')
  return fc.oneof(
    plain(`[${items.join(',')}]`, `[ ${items.join(' , ')}, ]`),
    comment.map((inside) => `[ ${inside}\n  ${items.join(',\n  ')}, ${inside}\n]`),
  )
}

const pairOf = (path: readonly string[], from: number, value: unknown): fc.Arbitrary<string> =>
  fc.tuple(dotted(path.slice(from)), space, written(value)).map(([name, gap, text]) => `${name}${gap}=${gap}${text}`)

/** A statement on lines of its own, with what people put around it. */
const linesOf = (text: string, keys: readonly string[]): fc.Arbitrary<MadeLine[]> =>
  fc
    .tuple(space, fc.option(comment), fc.option(comment), fc.boolean())
    .map(([indent, above, behind, gap]) => [
      ...(gap ? [{ text: '', keys: [] }] : []),
      ...(above === null ? [] : [{ text: indent + above, keys: [] }]),
      ...`${indent}${text}${behind === null ? '' : ` ${behind}`}`.split('\n').map((line) => ({ text: line, keys })),
    ])

type Chosen = readonly (readonly [string, readonly string[], unknown])[]
type Part = fc.Arbitrary<MadeLine[]>

function partsOf(style: Style, chosen: Chosen): Part[] {
  const all = chosen.map(([key]) => key)
  const top = chosen[0]?.[1][0] as string
  switch (style) {
    case 'dotted':
      return chosen.map(([key, path, value]) => pairOf(path, 0, value).chain((pair) => linesOf(pair, [key])))
    case 'half-dotted':
      return [
        dotted([top]).chain((name) => linesOf(`[${name}]`, [])),
        ...chosen.map(([key, path, value]) => pairOf(path, 1, value).chain((pair) => linesOf(pair, [key]))),
      ]
    case 'inline':
      return [
        fc
          .tuple(dotted([top]), ...chosen.map(([, path, value]) => pairOf(path, 1, value)))
          .chain(([name, ...pairs]) => linesOf(`${name} = {${pairs.map((pair) => ` ${pair}`).join(',')} }`, [`${top}.*`, ...all])),
      ]
    case 'headers':
      return [...Map.groupBy(chosen, ([, path]) => path.slice(0, -1).join('.')).values()].flatMap((table) => {
        const path = (table[0] as Chosen[number])[1]
        return [
          dotted(path.slice(0, -1)).chain((name) => linesOf(`[${name}]`, [])),
          ...table.map(([key, own, value]) => pairOf(own, own.length - 1, value).chain((pair) => linesOf(pair, [key]))),
        ]
      })
    default:
      return style satisfies never
  }
}

const asSled = (path: readonly string[]): readonly string[] => path.map((name) => (name === 'lmdb' ? 'sled' : name))

const chosenValues = fc
  .tuple(fc.subarray(usable, { maxLength: 14 }), fc.boolean())
  .chain(([some, isSled]) =>
    fc.tuple(
      ...some.map(({ key, path, setting }) => validValue(key, setting).map((value) => [key, isSled ? asSled(path) : path, value] as const)),
    ),
  )

/** A configuration file as people write them: every way to write a table, odd quotes and spaces, comments everywhere, either line end. */
export const tomlFile: fc.Arbitrary<MadeFile> = chosenValues.chain((chosen) => {
  const tables = [...Map.groupBy(chosen, ([, path]) => path[0]).values()]
  const styles = fc.tuple(...tables.map(() => fc.constantFrom<Style>('headers', 'headers', 'dotted', 'half-dotted', 'inline')))
  return styles.chain((drawn) => {
    // What belongs to no table has to come before the first of them.
    const ordered = tables
      .map((table, index) => ({ table, style: drawn[index] as Style }))
      .sort((one, other) => Number(isTable(one.style)) - Number(isTable(other.style)))
    const parts = ordered.flatMap(({ table, style }) => partsOf(style, table))
    return fc.tuple(fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.option(comment), ...parts).map(([end, ended, last, ...made]) => {
      const lines = [...made.flat(), ...(last === null ? [] : [{ text: last, keys: [] }])]
      return {
        text: lines.map(({ text }) => text.replaceAll('\n', end)).join(end) + (ended ? end : ''),
        lines,
        values: new Map(chosen.map(([key, , value]) => [key, value])),
      }
    })
  })
})

const isTable = (style: Style): boolean => style === 'headers' || style === 'half-dotted'

/** Keys with a value that they take, or null. */
export const validChanges: fc.Arbitrary<Record<string, unknown>> = fc
  .subarray(usable, { minLength: 1, maxLength: 6 })
  .chain((some) =>
    fc.record(Object.fromEntries(some.map(({ key, setting }) => [key, fc.oneof(fc.constant(null), validValue(key, setting))]))),
  )
