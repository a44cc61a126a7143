import type { BulkInput } from '../../contract/index.ts'
import type { BulkTarget } from '../storage/bulk-run.ts'
import type { Handlers } from './router.ts'
import type { Services } from './services.ts'

type BrowseOperation = 'records.children' | 'records.position' | 'records.count' | 'records.search' | 'records.searchHits' | 'records.bulk'

/** Looking around among many records, and changing many at once. */
export function browseHandlers({ browser, storage, jobs }: Services): Pick<Handlers, BrowseOperation> {
  return {
    'records.children': (input, { signal }) => browser.children(input, signal),
    'records.position': (input) => browser.position(input),
    'records.count': (input, { requestId }) => jobs.start('count', input.prefix, (job) => browser.count(job, input), requestId),
    'records.search': (input, { requestId }) => jobs.start('search', input.text, (job) => browser.search(job, input), requestId),
    'records.searchHits': (input) => browser.searches.hits(input),
    'records.bulk': (input, { requestId }) => {
      const target = targetOf(input, (id) => browser.searches.keysOf(id))
      const subject = subjectOf(input, target)
      if (input.dryRun) return jobs.start('bulk-check', subject, (job) => storage.checkBulk(job, target), requestId)
      if (input.action === 'delete')
        return jobs.start('bulk-delete', subject, (job) => storage.bulk(job, target, { kind: 'delete' }), requestId)
      const { ttlSeconds = null } = input
      return jobs.start('bulk-ttl', subject, (job) => storage.bulk(job, target, { kind: 'ttl', ttlSeconds }), requestId)
    },
  }
}

function targetOf({ prefix, keys, searchId }: BulkInput, found: (id: string) => string[]): BulkTarget {
  if (searchId !== undefined) return { keys: found(searchId) }
  return keys === undefined ? { prefix: prefix ?? '' } : { keys }
}

function subjectOf({ prefix }: BulkInput, target: BulkTarget): string | undefined {
  if (prefix !== undefined) return prefix === '' ? undefined : prefix
  return 'keys' in target && target.keys.length === 1 ? target.keys[0] : undefined
}
