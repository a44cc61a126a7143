import { changedPlaces } from './changed-places.ts'
import type { DecodeTask, DecodeTasks, Look, TreeView } from './decode-messages.ts'
import { compactJson, formatJson } from './json-format.ts'
import { parseJsonTree } from './json-tree.ts'
import { decodeCbor, decodePacked, taggedOf } from './packed.ts'
import { contentOf } from './value-content.ts'
import { ValueTree } from './value-tree.ts'

type Tasks = { readonly [T in DecodeTask]: (input: DecodeTasks[T]['input']) => DecodeTasks[T]['output'] }

/** Does what a `DecodeTask` says. It keeps the tree that was opened last. */
export class TaskRunner {
  #tree: ValueTree | undefined
  readonly #tasks: Tasks = {
    look,
    jsonToStore,
    compare: ({ before, after }) => changedPlaces(before, after),
    openTree: (input) => this.#openTree(input),
    children: ({ id, from, count }) => this.#tree?.children(id, from, count) ?? [],
  }

  run<T extends DecodeTask>(task: T, input: DecodeTasks[T]['input']): DecodeTasks[T]['output'] {
    return this.#tasks[task](input)
  }

  #openTree({ view, bytes }: DecodeTasks['openTree']['input']): DecodeTasks['openTree']['output'] {
    this.#tree = undefined
    try {
      this.#tree = new ValueTree(decodeAs[view](bytes), taggedOf)
      return { root: this.#tree.root() }
    } catch (error) {
      return { problem: sentenceOf(error) }
    }
  }
}

const decodeAs: Record<TreeView, (bytes: Uint8Array) => unknown> = {
  msgpack: decodePacked,
  cbor: decodeCbor,
  tree(bytes) {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    JSON.parse(text)
    return parseJsonTree(text)
  },
}

/** What a value is, and its texts. */
export function look({ bytes, contentType, isWhole }: DecodeTasks['look']['input']): Look {
  const { views, text, imageType } = contentOf(bytes, contentType, isWhole)
  if (text === undefined || !views.includes('json')) return { views, text, laidOut: undefined, isCompact: false, imageType }
  return { views, text, laidOut: formatJson(text), isCompact: compactJson(text) === text, imageType }
}

/** The text to store, or what is wrong with it. */
export function jsonToStore({ text, compact }: DecodeTasks['jsonToStore']['input']): DecodeTasks['jsonToStore']['output'] {
  try {
    JSON.parse(text)
    return { text: compact ? compactJson(text) : text }
  } catch (error) {
    return { problem: sentenceOf(error) }
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
