/** Somebody who reads a state of an LMDB environment. */
export interface ReaderSlot {
  readonly processId: number
  /** Number of the commit whose state it reads. */
  readonly transaction: number
}

/** Reads what LMDB prints of its readers: a heading, then a line for each: process, thread, transaction; `-` for one that reads nothing at present. */
export function readerSlotsOf(list: string): readonly ReaderSlot[] {
  return list.split('\n').flatMap((line) => {
    const [, processId, transaction] = /^\s*(\d+)\s+[0-9a-f]+\s+(\d+)\s*$/.exec(line) ?? []
    return transaction === undefined ? [] : [{ processId: Number(processId), transaction: Number(transaction) }]
  })
}
