import { useEffect, useState, useSyncExternalStore } from 'react'
import { call } from '../../bridge/call.ts'
import { useConnection } from '../../bridge/connection.ts'
import { useHostEvents } from '../../bridge/events.ts'
import { useBrowseStore } from './browse-store.ts'
import { detectDelimiters, TreeModel, type TreeState } from './tree-model.ts'

/** Busy writers change keys all the time: what is open is read again at most this often. */
const refreshEveryMs = 1500
/** When a store of some million keys is likely to be counted, and one of many millions. */
const countedAfterMs = [1500, 6000]
const sampledKeys = 200

/** The tree of keys for as long as it is shown, by the delimiters that were chosen, else by those that its keys show. */
export function useTree(): { model: TreeModel; state: TreeState } {
  const chosen = useBrowseStore((store) => store.delimiters)
  const [model] = useState(() => new TreeModel((input, signal) => call('records.children', input, signal), chosen ?? ':/'))
  const state = useSyncExternalStore(model.subscribe, model.snapshot)
  useEffect(() => {
    const gone = new AbortController()
    void startWith(model, chosen, gone.signal)
    // The first numbers come while the host is still counting.
    const timers = countedAfterMs.map((ms) => setTimeout(() => void model.refresh(), ms))
    return () => {
      gone.abort()
      for (const timer of timers) clearTimeout(timer)
      model.close()
    }
  }, [model, chosen])

  const [touched, setTouched] = useState(false)
  useHostEvents((event) => {
    if (event.event === 'records' || event.event === 'reset' || event.event === 'state') setTouched(true)
  })
  useEffect(() => {
    if (!touched) return
    const timer = setTimeout(() => {
      setTouched(false)
      void model.refresh()
    }, refreshEveryMs)
    return () => clearTimeout(timer)
  }, [touched, model])
  const backAtMs = useConnection((connection) => connection.backAtMs)
  useEffect(() => {
    if (backAtMs !== undefined) void model.refresh()
  }, [model, backAtMs])
  return { model, state }
}

async function startWith(model: TreeModel, chosen: string | undefined, signal: AbortSignal): Promise<void> {
  const delimiters = chosen ?? (await detected(signal))
  if (!signal.aborted) await model.start(delimiters)
}

async function detected(signal: AbortSignal): Promise<string> {
  try {
    const [first, last] = await Promise.all([
      call('records.list', { limit: sampledKeys }, signal),
      call('records.list', { limit: sampledKeys, reverse: true }, signal),
    ])
    return detectDelimiters([...first.items, ...last.items].map(({ key }) => key))
  } catch {
    return ':/'
  }
}
