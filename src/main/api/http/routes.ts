import { documents, type Operation, type OperationName, operations } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import { decodeKey, decodeSegment } from './raw-target.ts'

export type DocumentName = keyof typeof documents

/** What a method and a path mean. */
export type Route =
  | { readonly kind: 'data'; readonly name: 'records.get' | 'records.put' | 'records.delete'; readonly key: string }
  | { readonly kind: 'operation'; readonly name: OperationName; readonly parameters: Record<string, string> }
  | { readonly kind: 'document'; readonly name: DocumentName }

type Target = { kind: 'operation'; name: OperationName } | { kind: 'document'; name: DocumentName }
interface Path {
  readonly segments: readonly string[]
  readonly methods: ReadonlyMap<string, Target>
}

const dataPrefix = '/api/data/'
const dataMethods: Readonly<Record<string, 'records.get' | 'records.put' | 'records.delete'>> = {
  GET: 'records.get',
  HEAD: 'records.get',
  PUT: 'records.put',
  DELETE: 'records.delete',
}

/** Finds what a request asks for in the contract's table. Paths are compared as they came: never decoded, never normalised. */
export class Routes {
  readonly #exact = new Map<string, Path>()
  readonly #withParameters: readonly Path[]

  constructor() {
    const paths = new Map<string, Map<string, Target>>()
    const add = (method: string, path: string, target: Target) => {
      const methods = paths.get(path) ?? new Map<string, Target>()
      paths.set(path, methods.set(method, target))
      if (method === 'GET') methods.set('HEAD', target)
    }
    for (const [name, { http }] of Object.entries(operations) as [OperationName, Operation][]) {
      if (!http.path.startsWith(dataPrefix)) add(http.method, http.path, { kind: 'operation', name })
    }
    for (const [name, { method, path }] of Object.entries(documents) as [DocumentName, { method: string; path: string }][]) {
      add(method, path, { kind: 'document', name })
    }
    const parameterized: Path[] = []
    for (const [path, methods] of paths) {
      const entry = { segments: path.split('/'), methods }
      if (path.includes('{')) parameterized.push(entry)
      else this.#exact.set(path, entry)
    }
    this.#withParameters = parameterized
  }

  /** Throws `not_found`, `method_not_allowed` (details: allow), and `invalid_request` for a key or id that cannot be decoded. */
  find(method: string, path: string): Route {
    if (path.startsWith(dataPrefix)) {
      const name = Object.hasOwn(dataMethods, method) ? dataMethods[method] : undefined
      if (name === undefined) throw notAllowed(method, Object.keys(dataMethods))
      return { kind: 'data', name, key: decodeKey(path.slice(dataPrefix.length)) }
    }
    const segments = path.split('/')
    const found = this.#exact.get(path) ?? this.#withParameters.find((candidate) => fits(candidate.segments, segments))
    if (found === undefined) throw new HoldfastError('not_found', `There is nothing at ${path.slice(0, 200)}.`)
    const target = found.methods.get(method)
    if (target === undefined) throw notAllowed(method, [...found.methods.keys()])
    if (target.kind === 'document') return target
    return { ...target, parameters: parametersOf(found.segments, segments) }
  }
}

const nameOf = (segment: string): string | undefined => /^\{(\w+)\}$/.exec(segment)?.[1]

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => (nameOf(part) === undefined ? part === segments[index] : segments[index] !== ''))

function parametersOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {}
  pattern.forEach((part, index) => {
    const name = nameOf(part)
    if (name !== undefined) parameters[name] = decodeSegment(segments[index] ?? '', name)
  })
  return parameters
}

function notAllowed(method: string, allowed: readonly string[]): HoldfastError {
  const allow = allowed.join(', ')
  return new HoldfastError('method_not_allowed', `${method} does not exist here; there are ${allow}.`, { details: { allow } })
}
