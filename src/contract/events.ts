import { z } from 'zod'

/** What has changed. Clients fetch again; an event never carries values. */
export const eventTopicSchema = z.enum(['records', 'backups', 'jobs', 'state', 'activity'])
export type EventTopic = z.infer<typeof eventTopicSchema>

/** `records`: `keys` (at most 1,000) or, beyond that, the `prefix` they share. `jobs`, `backups` and `activity`: `id`. `state`: `code`. */
export interface EventData {
  keys?: string[]
  prefix?: string
  id?: string
  code?: string
}

/** `reset` is sent after a gap that is gone: everything may have changed. */
export interface HoldfastEvent {
  id: string
  event: EventTopic | 'reset'
  data: EventData
}
