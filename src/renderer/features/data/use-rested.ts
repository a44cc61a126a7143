import { useEffect, useRef, useState } from 'react'

/** A value as of when it came to rest: a change that comes alone is seen at once, of many that follow each other within `restMs` the last one. */
export function useRested<Value>(value: Value, restMs: number): Value {
  const [rested, setRested] = useState(value)
  const changedAtMs = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const nowMs = performance.now()
    const isAlone = nowMs - changedAtMs.current > restMs
    changedAtMs.current = nowMs
    const timer = setTimeout(() => setRested(value), isAlone ? 0 : restMs)
    return () => clearTimeout(timer)
  }, [value, restMs])
  return rested
}
