/** Which entries of the tables were written since it began: what a copy that is made meanwhile has to catch up with. */
export class WriteWatch {
  #issued = new Map<string, Set<string>>()
  #settled = new Map<string, Set<string>>()

  /** Something is being put or removed; the commit may come later. */
  note(table: string, key: Buffer | string): void {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key
    const keys = this.#issued.get(table)
    if (keys === undefined) this.#issued.set(table, new Set([bytes.toString('latin1')]))
    else keys.add(bytes.toString('latin1'))
  }

  /** The commit of all that was noted so far is over, whatever came of it: from now on a read says what is so. */
  settle(): void {
    for (const [table, keys] of this.#issued) {
      const known = this.#settled.get(table)
      if (known === undefined) this.#settled.set(table, keys)
      else for (const key of keys) known.add(key)
    }
    this.#issued = new Map()
  }

  get size(): number {
    let size = 0
    for (const keys of this.#settled.values()) size += keys.size
    return size
  }

  /** What was written and is committed, in key order; it is forgotten here. */
  take(): { readonly table: string; readonly key: Buffer }[] {
    const taken = [...this.#settled].flatMap(([table, keys]) =>
      // One character is one byte, so this is the order of bytes.
      [...keys].sort().map((key) => ({ table, key: Buffer.from(key, 'latin1') })),
    )
    this.#settled = new Map()
    return taken
  }
}
