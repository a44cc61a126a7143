import type { ImportPlan } from '../../../formats/import-plan.ts'
import { parseTemplate } from '../../../formats/key-template.ts'
import { useTransferTexts } from './texts.ts'

/** Columns that a key can be made of; undefined when any name may be there. */
const columnsOf = (plan: ImportPlan): string[] | undefined => (plan.format === 'csv' ? plan.columns.map(({ name }) => name) : undefined)

/** What is wrong with the key's template, as a sentence. */
export function useKeyMistake(plan: ImportPlan): string | undefined {
  const t = useTransferTexts()
  if (plan.format !== 'csv' && plan.shape !== 'objects') return undefined
  const parsed = parseTemplate(plan.key, columnsOf(plan))
  return 'problem' in parsed ? t(`key.${parsed.problem}`, { name: parsed.name ?? '' }) : undefined
}
