import { useCallback } from 'react'
import type { Problem } from '../../../formats/problem.ts'
import { useTransferTexts } from './texts.ts'

/** Why a line makes no record, as a sentence. */
export function useReason(): (problem: Problem) => string {
  const t = useTransferTexts()
  return useCallback(
    (problem) => {
      if (problem.code === 'refused') return problem.detail
      const { code, ...values } = problem
      return t(`problem.${code}`, values as Record<string, string | number>)
    },
    [t],
  )
}
