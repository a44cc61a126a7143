import { useQueryClient } from '@tanstack/react-query'
import type { Collection, QueryOutput } from '../../../contract/index.ts'
import { columnsOf } from './result-cells.ts'

/** Fields that one may mean: those of the indexes, of the shape, and of what was found last. */
export function useFieldNames(collection: Collection): string[] {
  const queries = useQueryClient()
  const seen = queries
    .getQueriesData<{ pages: QueryOutput[] }>({ queryKey: ['collections.query', { name: collection.name }] })
    .flatMap(([, data]) => data?.pages.flatMap(({ items }) => items) ?? [])
  const indexed = collection.indexes.flatMap(({ fields }) => fields.map(({ path }) => path))
  return [...new Set([...indexed, ...namesIn(collection.schema), ...columnsOf(seen)])]
}

function namesIn(schema: Collection['schema']): string[] {
  const properties = schema?.properties
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}
