interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** The items of all pages, each page asked for when the one before is used up. */
export async function* itemsOf<T>(
  pageAfter: (after: string | undefined, signal?: AbortSignal) => Promise<Page<T>>,
  first: string | undefined,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  for (let after = first; ; ) {
    signal?.throwIfAborted()
    const { items, next } = await pageAfter(after, signal)
    yield* items
    if (next === null) return
    after = next
  }
}
