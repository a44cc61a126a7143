import type { Codec } from './codec.ts'
import type { createMarshal, Marshal, Parcel } from './marshal.ts'

/** The first answer to a call comes before the call returns; a promise answers once more when it settles. */
type Outcome = { value: Parcel } | { error: string } | { promise: true }

export interface World {
  marshal: Marshal
}

/**
 * Joins the page's world and the preload's through DOM events, which both see while neither sees the other's objects. Calls are synchronous in
 * both directions, as with the real `contextBridge`. Complete in itself (its source text is put into pages).
 */
export function joinWorlds(side: 'page' | 'preload', codec: Codec, makeMarshal: typeof createMarshal): World {
  const other = side === 'page' ? 'preload' : 'page'
  const calls = new Map<number, { first?: Outcome; settle?: (outcome: Outcome) => void; settled?: Outcome }>()
  let lastCall = 0

  const emit = (name: string, detail: unknown) => document.dispatchEvent(new CustomEvent(name, { detail: JSON.stringify(detail) }))
  const listen = <Detail>(name: string, receive: (detail: Detail) => void) =>
    document.addEventListener(name, (event) => receive(JSON.parse((event as CustomEvent<string>).detail)))

  const marshal = makeMarshal(codec, callOther)

  function open(outcome: Outcome): unknown {
    if ('error' in outcome) throw codec.decode(outcome.error)
    return 'value' in outcome ? marshal.unpack(outcome.value) : undefined
  }

  function callOther(index: number, args: unknown[]): unknown {
    const id = ++lastCall
    const call: { first?: Outcome; settle?: (outcome: Outcome) => void; settled?: Outcome } = {}
    calls.set(id, call)
    emit(`stand-in:call-${other}`, { id, index, args: args.map(marshal.pack) })
    if (!call.first) throw new Error('The other world did not answer.')
    if (!('promise' in call.first)) {
      calls.delete(id)
      return open(call.first)
    }
    return new Promise<Outcome>((resolve) => {
      if (call.settled) resolve(call.settled)
      else call.settle = resolve
    }).then(open)
  }

  listen<{ id: number; outcome: Outcome }>(`stand-in:answer-${side}`, ({ id, outcome }) => {
    const call = calls.get(id)
    if (!call) return
    if (!call.first) {
      call.first = outcome
      return
    }
    calls.delete(id)
    call.settled = outcome
    call.settle?.(outcome)
  })

  listen<{ id: number; index: number; args: Parcel[] }>(`stand-in:call-${side}`, ({ id, index, args }) => {
    const answer = (outcome: Outcome) => emit(`stand-in:answer-${other}`, { id, outcome })
    const answerError = (error: unknown) => answer({ error: codec.encode(error instanceof Error ? error : new Error(String(error))) })
    try {
      const result = marshal.functionAt(index)(...args.map(marshal.unpack))
      if (!(result instanceof Promise)) return void answer({ value: marshal.pack(result) })
      answer({ promise: true })
      result.then((value) => answer({ value: marshal.pack(value) })).catch(answerError)
    } catch (error) {
      answerError(error)
    }
  })

  return { marshal }
}

/** The page's side: what the preload exposed appears on `window`, frozen. Complete in itself. */
export function startPageWorld(world: World): void {
  function freeze(value: unknown): unknown {
    if (value !== null && typeof value === 'object') {
      for (const member of Object.values(value)) freeze(member)
      Object.freeze(value)
    }
    return value
  }
  document.addEventListener('stand-in:exposed', (event) => {
    for (const [name, parcel] of JSON.parse((event as CustomEvent<string>).detail) as [string, Parcel][]) {
      if (name in window) continue
      Object.defineProperty(window, name, { value: freeze(world.marshal.unpack(parcel)), enumerable: true })
    }
  })
  document.dispatchEvent(new CustomEvent('stand-in:what-is-exposed'))
}
