/** Why a row or an item of a file makes no record. The texts for people are where it is shown. */
export type Problem =
  | { readonly code: 'damaged-text' }
  | { readonly code: 'column-count'; readonly expected: number; readonly found: number }
  | { readonly code: 'open-quote' }
  | { readonly code: 'bad-quote' }
  | { readonly code: 'no-key-part'; readonly column: string }
  | { readonly code: 'not-number'; readonly column: string; readonly value: string }
  | { readonly code: 'long-number'; readonly column: string; readonly value: string }
  | { readonly code: 'not-boolean'; readonly column: string; readonly value: string }
  | { readonly code: 'not-json'; readonly column: string }
  | { readonly code: 'not-ttl'; readonly column: string; readonly value: string }
  | { readonly code: 'broken-json' }
  | { readonly code: 'not-object' }
  | { readonly code: 'not-record' }
  | { readonly code: 'cut-off' }
  | { readonly code: 'behind-end' }
  /** What the host said of the line that was made of it. */
  | { readonly code: 'refused'; readonly detail: string }

/** What ends the reading of a file, since what comes behind cannot be told apart any more. */
export class UnreadableFile extends Error {
  readonly code: 'item-long' | 'not-a-list'
  /** Counted from 1. */
  readonly line: number

  constructor(code: UnreadableFile['code'], line: number) {
    super(`${code} at line ${line}`)
    this.name = 'UnreadableFile'
    this.code = code
    this.line = line
  }
}
