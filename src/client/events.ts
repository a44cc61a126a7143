import { documents, EventStreamParser, type EventTopic, type HoldfastEvent } from '../contract/index.ts'
import type { Caller } from './caller.ts'
import { ConnectionError, HoldfastError } from './errors.ts'
import { isWorthAnotherTry, pause } from './retry.ts'

export interface EventsOptions {
  /** Else all. `reset` always comes. */
  readonly topics?: readonly EventTopic[]
  /** The id of the last event that was seen, to go on behind it. */
  readonly after?: string
}

const firstWaitMs = 100
const longestWaitMs = 5000
/** The host sends a heartbeat more often than this; a stream that is silent for longer is dead. */
const silenceMs = 45_000

/**
 * What has changed, as it happens, until the signal aborts it or the loop is left. When the connection ends it connects again, for as long as it takes, and
 * goes on behind the last event; where the host does not know what came between, there is a `reset`: anything may have changed.
 * Throws only what no waiting mends, such as a wrong token.
 */
export async function* followEvents(
  caller: Caller,
  { topics, after }: EventsOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<HoldfastEvent, void, undefined> {
  const seen = { id: after }
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      for await (const event of oneStream(caller, seen, signal)) {
        waitMs = firstWaitMs
        if (event.event === 'reset' || topics === undefined || topics.includes(event.event)) yield event
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!isWorthAnotherTry(error, true)) throw error
    }
    await pause(waitMs * (0.5 + caller.random() / 2), signal)
  }
}

async function* oneStream(
  caller: Caller,
  seen: { id: string | undefined },
  signal: AbortSignal | undefined,
): AsyncGenerator<HoldfastEvent, void, undefined> {
  const { method, path } = documents.events
  const headers = { accept: 'text/event-stream', ...(seen.id !== undefined && { 'last-event-id': seen.id }) }
  const response = await caller.open({ method, path, headers, alone: true, silenceMs }, signal)
  // Where the stream began, for one that ends before its first event.
  seen.id ??= headerText(response.headers['holdfast-event-id'])
  const parser = new EventStreamParser()
  response.setEncoding('utf8')
  try {
    for await (const piece of response) {
      for (const event of parser.push(piece as string)) {
        if (event.id !== '') seen.id = event.id
        yield event
      }
      if (parser.overflown) throw new HoldfastError('bad_answer', 'The event stream is not that of a Holdfast host.')
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof HoldfastError) throw error
    throw new ConnectionError('cut', 'The event stream of the host broke.', { mayHaveArrived: true, cause: error })
  } finally {
    response.destroy()
  }
}

const headerText = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
