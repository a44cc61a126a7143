import { type ApiClient, dataPath } from './api-client.ts'
import type { Observation } from './oracle.ts'
import type { Chance } from './seeded.ts'
import { idOf, type ValueId } from './values.ts'

interface Item {
  key: string
  version: string
  size: number
}
interface Line {
  key: string
  value: unknown
  encoding: 'json' | 'text' | 'base64'
}

const gets = 40
/** Keys of tests that need values of their own kind; the oracle leaves them alone. */
export const unjudged = 'blob/'

/**
 * Reads the whole store in every way there is: pages, an export, single gets. `problems` says where they contradict each other, where keys
 * are out of order, and where a value is not whole.
 */
export async function observe(api: ApiClient, chance: Chance): Promise<{ found: Observation; problems: string[]; others: number }> {
  const problems: string[] = []
  const all = await listAll(api, chance)
  // Others may expire, or come, between the one look and the other.
  const items = all.filter(({ key }) => !key.startsWith(unjudged))
  const lines = (await exportAll(api)).filter(({ key }) => !key.startsWith(unjudged))
  if (items.map(({ key }) => key).join('\n') !== lines.map(({ key }) => key).join('\n'))
    problems.push(`the list has ${items.length} keys and the export ${lines.length}, or in another order`)
  for (let i = 1; i < items.length; i++) {
    const [before, after] = [items[i - 1] as Item, items[i] as Item]
    if (Buffer.compare(Buffer.from(before.key), Buffer.from(after.key)) >= 0)
      problems.push(`the keys ${JSON.stringify(before.key)} and ${JSON.stringify(after.key)} are not in the order of their bytes`)
  }
  const values = new Map(lines.map((line) => [line.key, bytesOf(line)]))
  const found = new Map<string, { id: ValueId; version: string }>()
  for (const { key, version, size } of items) {
    const value = values.get(key)
    const id = value && idOf(value)
    if (id === undefined || value?.length !== size)
      problems.push(`R2 ${JSON.stringify(key)}: the value is not whole (${value?.length} of ${size} bytes)`)
    else found.set(key, { id, version })
  }
  for (let i = 0; i < Math.min(gets, items.length); i++) await compareWithGet(api, chance.pick(items), values, problems)
  return { found, problems, others: all.length - items.length }
}

async function compareWithGet(api: ApiClient, item: Item, values: ReadonlyMap<string, Buffer>, problems: string[]): Promise<void> {
  const answer = await api.send('GET', dataPath(item.key))
  const agrees =
    answer.status === 200 && answer.headers['holdfast-version'] === item.version && values.get(item.key)?.equals(answer.body) === true
  if (!agrees) problems.push(`${JSON.stringify(item.key)}: a get (${answer.status}) shows something else than the list and the export`)
}

async function listAll(api: ApiClient, chance: Chance): Promise<Item[]> {
  const items: Item[] = []
  const limit = chance.pick([7, 50, 1000])
  for (let after: string | null = null; ; ) {
    const from: string = after === null ? '' : `&after=${encodeURIComponent(after)}`
    const page: { items: Item[]; next: string | null } = await api.json('GET', `/api/data?limit=${limit}${from}`)
    items.push(...page.items)
    if (page.next === null) return items
    after = page.next
  }
}

async function exportAll(api: ApiClient): Promise<Line[]> {
  const { body } = await api.send('GET', '/api/export')
  return body
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
}

function bytesOf({ value, encoding }: Line): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify(value))
  return Buffer.from(String(value), encoding === 'text' ? 'utf8' : 'base64')
}
