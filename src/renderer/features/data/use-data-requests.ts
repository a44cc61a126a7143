import { usePageRequest } from '../../ui/page-request.ts'
import { useDataStore } from './data-store.ts'
import type { PageAction } from './page-actions.tsx'

/** What other pages and the command palette ask of this one. */
export function useDataRequests(open: (action: PageAction) => void, show: (key: string) => void): void {
  usePageRequest('create', () => open('create'))
  usePageRequest('import', () => open('import'))
  usePageRequest('export', () => open('export'))
  usePageRequest('delete-prefix', () => open('delete-prefix'))
  usePageRequest('key', show)
  usePageRequest('prefix', (prefix) => useDataStore.setState({ prefix }))
}
