import type { Collection } from '../../../contract/index.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { useQueryTexts } from './texts.ts'

/** Exact, or about. */
export function Records({ collection: { records, recordsExact } }: { collection: Collection }) {
  const t = useQueryTexts()
  const n = formatNumber(records, useLanguage())
  return <>{recordsExact ? n : t('about', { n })}</>
}
