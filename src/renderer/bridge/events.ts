import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { HoldfastEvent, OperationName } from '../../contract/index.ts'
import { bridge } from './bridge.ts'
import { useConnection } from './connection.ts'

/** Busy writers send many events a second: figures are asked for again at most this often. */
const coalesceMs = 400

/** The queries whose answers an event may have changed. `all` after a gap. */
export function affectedQueries(event: HoldfastEvent): readonly OperationName[] | 'all' {
  switch (event.event) {
    case 'records':
      return ['records.get', 'records.readPart', 'status.get']
    case 'backups':
      return ['backups.list', 'backups.get', 'status.get', 'health.get']
    case 'jobs':
      return ['jobs.list', 'jobs.get', 'encryption.get', 'collections.list']
    case 'activity':
      return ['activity.list']
    case 'state':
      return ['status.get', 'health.get', 'records.get', 'records.readPart', 'config.get']
    case 'reset':
      return 'all'
    default:
      return event.event satisfies never
  }
}

type Listener = (event: HoldfastEvent) => void
const listeners = new Set<Listener>()

/** Follows the host's events for the life of the page: keeps the connection state, and has affected answers fetched again. Returns how to stop. */
export function followHost(queries: QueryClient): () => void {
  const waiting = new Set<OperationName>()
  let everything = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = () => {
    timer = undefined
    const names = new Set(waiting)
    waiting.clear()
    const all = everything
    everything = false
    void queries.invalidateQueries({ predicate: (query) => all || names.has(query.queryKey[0] as OperationName) })
  }

  const stop = bridge()?.subscribe(
    (event) => {
      const affected = affectedQueries(event)
      if (affected === 'all') everything = true
      else for (const name of affected) waiting.add(name)
      timer ??= setTimeout(flush, coalesceMs)
      for (const listener of [...listeners]) listener(event)
    },
    (state) => {
      const wasLost = useConnection.getState().state === 'lost'
      useConnection.getState().changed(state, Date.now())
      if (state === 'connected' && wasLost) void queries.invalidateQueries()
    },
  )
  return () => {
    clearTimeout(timer)
    stop?.()
  }
}

/** Calls `listener` for every event of the host while the component is shown. */
export function useHostEvents(listener: Listener): void {
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    const forward: Listener = (event) => latest.current(event)
    listeners.add(forward)
    return () => {
      listeners.delete(forward)
    }
  }, [])
}
