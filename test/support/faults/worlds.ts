import { History, type WriteEvent } from './history.ts'

/** Between which moments a copy of the store was taken: a backup, or the switch to another generation. */
export interface Span {
  readonly fromNs: number
  readonly toNs: number
  /** Set when acknowledgements say by their timeline on which side of the switch they are. */
  readonly timeline?: string
}

/**
 * What a copy taken within the span may hold, as a history: what was acknowledged before it is certain, what was sent before its end may be
 * in it, what came later cannot be.
 */
export function copiedWorld(history: History, { fromNs, toNs, timeline }: Span): History {
  const copy = new History(history.base, history.versionFloor)
  for (const write of history.writes) {
    if (write.sentNs > toNs || write.outcome === 'refused') continue
    const isElsewhere = timeline !== undefined && write.timeline !== undefined && write.timeline !== timeline
    if (isElsewhere) continue
    const isCertain = (write.answeredNs ?? Number.POSITIVE_INFINITY) <= fromNs || (timeline !== undefined && write.timeline === timeline)
    copy.writes.push(isCertain ? write : uncertain(write))
  }
  return copy
}

/**
 * The world after a switch to a copy: the copy, and on top of it what was written to the new timeline. `switchedNs`: when the switch was
 * known to be done; what was sent later and says nothing of its timeline is certain.
 */
export function switchedWorld(copy: History, during: History, { timeline, switchedNs }: { timeline: string; switchedNs: number }): History {
  const world = new History(copy.base, during.highestVersion())
  world.writes.push(...copy.writes)
  for (const write of during.writes) {
    if (write.timeline !== undefined && write.timeline !== timeline) continue
    world.writes.push(write.timeline === timeline || write.sentNs >= switchedNs ? write : uncertain(write))
  }
  return world
}

/** A life as it was known at a moment: what was answered later may have happened on another timeline, to records that this one never had. */
export function worldBefore(history: History, momentNs: number): History {
  const world = new History(history.base, history.versionFloor)
  for (const write of history.writes) {
    if (write.sentNs > momentNs) continue
    world.writes.push((write.answeredNs ?? 0) <= momentNs ? write : uncertain(write))
  }
  world.reads.push(...history.reads.filter((read) => read.answeredNs <= momentNs))
  return world
}

function uncertain(write: WriteEvent): WriteEvent {
  if (write.outcome === 'refused') return write
  const { answeredNs: _, ...rest } = write
  return { ...rest, outcome: 'unknown' }
}
