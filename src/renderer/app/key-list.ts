import { type KeyEntry, type KeyName, type KeyScope, keyCatalogue, keyScopes } from '../ui/key-catalogue.ts'
import { pages } from './pages.ts'

export interface ListedKey extends KeyEntry {
  readonly id: KeyName | `page.${(typeof pages)[number]['id']}`
}

/** The key of every page: `g` and its letter. */
export const pageKeys = pages.map((page) => ({
  id: `page.${page.id}` as const,
  page,
  keys: [`g ${page.key}`] as const,
  scope: 'go' as const,
}))

/** All keys of the app by scope: the catalogue and the pages. */
export function keyGroups(): readonly { scope: KeyScope; keys: readonly ListedKey[] }[] {
  const named = Object.entries(keyCatalogue).map(([id, entry]) => ({ ...entry, id: id as KeyName }))
  const all: readonly ListedKey[] = [...pageKeys, ...named]
  return keyScopes.map((scope) => ({ scope, keys: all.filter((key) => key.scope === scope) }))
}
