/** Wraps a part of the stand-in so that using what it does not have is an error with a name, never a silent undefined. */
export function strict<Part extends object>(name: string, part: Part): Part {
  return new Proxy(part, {
    get(target, key, receiver) {
      // Promises and printing look for these on everything.
      if (key in target || typeof key === 'symbol' || key === 'then' || key === 'toJSON') return Reflect.get(target, key, receiver)
      throw new Error(`electron stand-in: ${name}.${key} is not implemented`)
    },
  })
}

/** Emits an event whose listeners may prevent it. Whether it may go on. */
export function emitPreventable(
  emitter: { emit(name: string, ...args: unknown[]): boolean },
  name: string,
  facts: object = {},
  ...args: unknown[]
): boolean {
  const event = {
    ...facts,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  }
  emitter.emit(name, event, ...args)
  return !event.defaultPrevented
}
