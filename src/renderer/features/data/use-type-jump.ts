import { type KeyboardEvent, useEffect, useState } from 'react'

/** What is typed belongs together until nobody has typed for this long. */
const typingPauseMs = 1500

/**
 * Letters typed while a list has the focus: they jump. `/` and `?` keep their meaning while nothing is typed, and so does the space bar.
 * `take` says whether a key was one of them.
 */
export function useTypeJump(jump: (typed: string) => void): { typed: string; take: (event: KeyboardEvent) => boolean } {
  const [typed, setTyped] = useState('')
  useEffect(() => {
    if (typed === '') return
    const timer = setTimeout(() => setTyped(''), typingPauseMs)
    return () => clearTimeout(timer)
  }, [typed])

  const take = (event: KeyboardEvent): boolean => {
    const next = nextTyped(typed, event)
    if (next === undefined) return false
    event.preventDefault()
    // The window's own keys are letters too.
    event.stopPropagation()
    setTyped(next)
    if (next !== '') jump(next)
    return true
  }
  return { typed, take }
}

function nextTyped(typed: string, event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return undefined
  if (typed !== '' && event.key === 'Escape') return ''
  if (typed !== '' && event.key === 'Backspace') return [...typed].slice(0, -1).join('')
  if ([...event.key].length !== 1) return undefined
  if (typed === '' && (event.key === ' ' || event.key === '/' || event.key === '?')) return undefined
  return typed + event.key
}
