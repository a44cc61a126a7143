import type { ChangedPlaces } from './changed-places.ts'
import type { TreeNode } from './value-tree.ts'
import type { ValueView } from './value-views.ts'

/** The ways that show a value as a tree of members. */
export type TreeView = Extract<ValueView, 'tree' | 'msgpack' | 'cbor'>

export interface Look {
  /** The ways that fit the value, the best first. */
  readonly views: readonly ValueView[]
  /** Undefined when the bytes are not UTF-8. */
  readonly text: string | undefined
  /** The text with its JSON laid out, where it is JSON. */
  readonly laidOut: string | undefined
  /** The JSON has no spaces, and is stored so again. */
  readonly isCompact: boolean
  readonly imageType: string | undefined
}

/** What the thread that draws asks of the one that decodes, and what comes back. */
export interface DecodeTasks {
  look: { input: { bytes: Uint8Array; contentType: string; isWhole: boolean }; output: Look }
  /** `problem`: what is wrong with the bytes, in the words of the decoder. */
  openTree: { input: { view: TreeView; bytes: Uint8Array }; output: { root: TreeNode } | { problem: string } }
  /** Of the tree that was opened last. */
  children: { input: { id: number; from: number; count: number }; output: readonly TreeNode[] }
  /** What to store for a draft of JSON. */
  jsonToStore: { input: { text: string; compact: boolean }; output: { text: string } | { problem: string } }
  compare: { input: { before: string; after: string }; output: ChangedPlaces }
}

export type DecodeTask = keyof DecodeTasks
export type ToDecoder = { [T in DecodeTask]: { id: number; task: T; input: DecodeTasks[T]['input'] } }[DecodeTask]
export type FromDecoder = { id: number; output: DecodeTasks[DecodeTask]['output'] } | { id: number; failure: string }
