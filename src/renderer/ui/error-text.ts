import type { ErrorCode } from '../../contract/index.ts'
import type { CallError } from '../bridge/call.ts'
import { formatBytes, useLanguage } from '../language/index.ts'
import { type ErrorTextName, hasErrorText, useErrorTexts } from './error-texts.ts'

export interface ErrorSentence {
  readonly text: string
  /** `text` is the host's own English on a screen of another language. */
  readonly isForeign: boolean
  /** The host's own English sentence, where it names what `text` does not. */
  readonly original: string | undefined
}

type Failure = Pick<CallError, 'code' | 'message' | 'details'>

/** Codes whose own sentence leaves open what exactly is wrong: the host's names it. */
const vague: ReadonlySet<string> = new Set<ErrorCode>([
  'invalid_request',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'backup_folder_unusable',
  'backup_damaged',
  'too_large',
  'schema_violation',
  'unique_violation',
  'index_key_too_long',
  'plaintext_index',
  'query_too_broad',
  'unsupported_media_type',
  'range_not_satisfiable',
  'internal',
  'unavailable',
  'read_only',
  'store_damaged',
  'source_unreadable',
  'source_refused',
  'source_unreachable',
  'disk_full',
  'config_invalid',
  'port_taken',
  'not_loopback',
  'socket_path_too_long',
  'socket_path_taken',
  'host_running',
  'newer_format',
  'foreign_folder',
])

/** With these facts in it a sentence says all that the host's own does. */
const complete: ReadonlySet<string> = new Set<ErrorTextName>([
  'not_found.key',
  'precondition_failed.key',
  'record_damaged.key',
  'too_large.limitBytes',
  'forbidden.needed',
  'unavailable.unreachable',
  'unavailable.silentSeconds',
])

const factNames = ['key', 'limitBytes', 'needed', 'field', 'path', 'server', 'other', 'unreachable', 'silentSeconds'] as const

/** The name of the text for an error: the one with its facts where there is one; undefined where this screen does not know the code. */
export function errorTextName({ code, details }: Pick<Failure, 'code' | 'details'>): ErrorTextName | undefined {
  for (const fact of factNames) {
    const name = `${code}.${fact}`
    if (details[fact] !== undefined && hasErrorText(name)) return name
  }
  return hasErrorText(code) ? code : undefined
}

/**
 * The sentence about an error in the language of the screen. The host speaks English: there its own sentence is the best one. In another
 * language the code is said, and the host's sentence is kept where it knows more.
 */
export function useErrorText(): (failure: Failure) => ErrorSentence {
  const t = useErrorTexts()
  const language = useLanguage()
  return (failure) => {
    const name = errorTextName(failure)
    const { message } = failure
    if (language === 'en' || name === undefined) {
      const text = message === '' && name !== undefined ? t(name) : message
      return { text, isForeign: language !== 'en', original: undefined }
    }
    const text = t(name, factsOf(failure.details, language))
    const isEnough = complete.has(name) || !vague.has(failure.code) || message === ''
    return { text, isForeign: false, original: isEnough ? undefined : message }
  }
}

function factsOf(details: Failure['details'], language: string): Record<string, string> {
  const facts = Object.fromEntries(factNames.map((name) => [name, String(details[name] ?? '')]))
  if (typeof details.limitBytes !== 'number') return facts
  const { value, unit } = formatBytes(details.limitBytes, language)
  return { ...facts, limitBytes: `${value} ${unit}` }
}
