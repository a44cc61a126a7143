import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { useOperation } from '../bridge/query.ts'
import type { Action } from '../ui/actions.ts'
import { useErrorText } from '../ui/error-text.ts'
import { type PageRequest, requestOfPage } from '../ui/page-request.ts'
import { useActionTexts } from './action-texts.ts'

const typingPauseMs = 150
const shownKeys = 5

interface KeyActions {
  readonly actions: readonly Action[]
  readonly searching: boolean
  /** Why the keys could not be read. */
  readonly failure: string | undefined
}

/** Keys of the store that begin with what is typed, as places to go to. */
export function useKeyActions(typed: string): KeyActions {
  const t = useActionTexts()
  const sentenceOf = useErrorText()
  const [, navigate] = useLocation()
  const prefix = usePause(typed)
  const enabled = prefix !== ''
  const answer = useOperation('records.list', { prefix, limit: shownKeys, values: false }, { enabled, keepPrevious: false })
  if (typed === '') return { actions: [], searching: false, failure: undefined }
  const go = (request: PageRequest, argument: string) => () => {
    navigate('/data')
    requestOfPage(request, argument)
  }
  const action = (id: string, title: string, run: () => void): Action => ({ id, group: 'key', title, english: title, run })
  const isCurrent = enabled && prefix === typed
  const items = isCurrent && answer.state === 'ready' ? answer.data.items : []
  const found = items.map(({ key }) => action(`key.${key}`, t('goTo', { key }), go('key', key)))
  const all = items.length > 1 ? [action(`prefix.${typed}`, t('goToPrefix', { prefix: typed }), go('prefix', typed))] : []
  return {
    actions: [...found, ...all],
    searching: !isCurrent || answer.state === 'loading',
    failure: isCurrent && answer.state === 'failed' ? sentenceOf(answer.error).text : undefined,
  }
}

/** The text once nobody has typed for a moment. */
function usePause(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
