import { textOf } from '../../bridge/value-bytes.ts'
import { isJson } from './json-format.ts'

export type ValueView = 'text' | 'json' | 'hex'

export interface ValueContent {
  /** The ways in which it can be shown, the best first. */
  readonly views: readonly ValueView[]
  /** Undefined when the bytes are not UTF-8. */
  readonly text: string | undefined
}

/** JSON larger than this is not parsed to find out; its content type has to say it. */
const maxParsedBytes = 4 * 1024 * 1024

const jsonType = /^(application|text)\/(json|[\w.-]+\+json)\b/i

/** What a value is: by its bytes, and by its content type where the bytes leave it open. Bytes that contradict their type are believed. */
export function contentOf(bytes: Uint8Array, contentType: string): ValueContent {
  const text = textOf(bytes)
  if (text === undefined) return { views: ['hex'], text: undefined }
  const looksNested = /^\s*[[{]/.test(text.slice(0, 200))
  const json = (looksNested || jsonType.test(contentType)) && bytes.length <= maxParsedBytes && isJson(text)
  if (json) return { views: ['json', 'text', 'hex'], text }
  // Text with control characters is rather something else.
  const binary = !contentType.startsWith('text/') && hasControls(text.slice(0, 4096))
  return { views: binary ? ['hex', 'text'] : ['text', 'hex'], text }
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return true
  }
  return false
}
