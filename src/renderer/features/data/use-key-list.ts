import { useEffect, useState, useSyncExternalStore } from 'react'
import { call } from '../../bridge/call.ts'
import { useConnection } from '../../bridge/connection.ts'
import { useHostEvents } from '../../bridge/events.ts'
import { useDataStore } from './data-store.ts'
import { KeyListModel, type KeyListState } from './key-list-model.ts'

/** Busy writers change keys all the time: the window is read again at most this often. */
const refreshEveryMs = 500

const host = {
  list: (input: Parameters<typeof call<'records.list'>>[1], signal?: AbortSignal) => call('records.list', input, signal),
  locate: (input: Parameters<typeof call<'records.position'>>[1], signal?: AbortSignal) => call('records.position', input, signal),
}

/** A part of what the list shows. Only who reads the window is drawn again while it scrolls. */
export const useKeyListState = <Part>(model: KeyListModel, pick: (state: KeyListState) => Part): Part =>
  useSyncExternalStore(model.subscribe, () => pick(model.snapshot()))

/** The list of keys for as long as the page is shown: follows the prefix and what other programs change. */
export function useKeyList(): KeyListModel {
  const prefix = useDataStore((store) => store.prefix)
  const [model] = useState(() => new KeyListModel(host, prefix))

  useEffect(() => {
    void openAt(model, prefix, useDataStore.getState().selectedKey)
    return () => model.close()
  }, [model, prefix])

  useRefreshOnChange(model)
  const backAtMs = useConnection((connection) => connection.backAtMs)
  useEffect(() => {
    if (backAtMs !== undefined) void model.refresh()
  }, [model, backAtMs])
  return model
}

/** Coming back to the page finds the place that was left. */
async function openAt(model: KeyListModel, prefix: string, selectedKey: string | undefined): Promise<void> {
  await model.openPrefix(prefix)
  if (selectedKey === undefined || !selectedKey.startsWith(prefix) || model.snapshot().prefix !== prefix) return
  model.select(selectedKey)
  await model.reveal(selectedKey)
}

function useRefreshOnChange(model: KeyListModel): void {
  const [touched, setTouched] = useState(false)
  useHostEvents((event) => {
    if (model.isTouchedBy(event) && !touched) setTouched(true)
  })
  useEffect(() => {
    if (!touched) return
    const timer = setTimeout(() => {
      setTouched(false)
      void model.refresh()
    }, refreshEveryMs)
    return () => clearTimeout(timer)
  }, [touched, model])
}
