import type { RecordItem } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { inOrder, markMore, maxMarked } from './browse-store.ts'
import type { KeyListModel } from './key-list-model.ts'
import { placeOfKey } from './key-order.ts'

const pageKeys = 1000

/** Marks all keys from one to another, also those that are not loaded, as far as marks reach. */
export async function markRange(model: KeyListModel, from: string, to: string): Promise<void> {
  const [low, high] = inOrder(from, to)
  const { window, prefix } = model.snapshot()
  const first = placeOfKey(window.items, low)
  const last = placeOfKey(window.items, high)
  if (window.items[first]?.key === low && window.items[last]?.key === high) markMore(window.items.slice(first, last + 1))
  else markMore(await keysBetween(prefix, low, high))
}

async function keysBetween(prefix: string, low: string, high: string): Promise<readonly RecordItem[]> {
  const found: RecordItem[] = []
  let after: string | undefined
  while (found.length < maxMarked) {
    const page = await call('records.list', { prefix, limit: pageKeys, ...(after === undefined ? { from: low } : { after }) })
    const end = placeOfKey(page.items, high)
    const isLast = end < page.items.length
    found.push(...page.items.slice(0, page.items[end]?.key === high ? end + 1 : end))
    if (isLast || page.next === null) break
    after = page.next
  }
  return found
}
