import type { Where as AnyWhere } from '../contract/index.ts'
import { type JsonValue, toMapped } from '../formats/mapped-json.ts'
import { HoldfastError } from './errors.ts'

type Whole =
  | null
  | undefined
  | boolean
  | number
  | string
  | bigint
  | Date
  | Uint8Array
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
/** Deeper paths are there too; the compiler only does not spell them out. */
type DeepestPath = 4

/** The paths to the fields of a type: `name`, `address.city`. */
export type PathOf<T, Depth extends 0[] = []> = unknown extends T
  ? string
  : Depth['length'] extends DeepestPath
    ? never
    : T extends Whole
      ? never
      : { [Name in keyof T & string]: Name | `${Name}.${PathOf<NonNullable<T[Name]>, [...Depth, 0]>}` }[keyof T & string]

type ValueAt<T, Path extends string> = Path extends keyof T
  ? NonNullable<T[Path]>
  : Path extends `${infer Name}.${infer Rest}`
    ? Name extends keyof T
      ? ValueAt<NonNullable<T[Name]>, Rest>
      : never
    : never

type Comparisons<V> = {
  readonly $gt?: V
  readonly $gte?: V
  readonly $lt?: V
  readonly $lte?: V
  readonly $in?: readonly V[]
  readonly $prefix?: string
  readonly $exists?: boolean
}

type Condition<V> = V extends readonly (infer Item)[]
  ? V | { readonly $contains?: Item | Comparisons<Item>; readonly $exists?: boolean }
  : V | null | Comparisons<V>

/** Which records: fields and what they have to be, all of them. */
export type Where<T> = unknown extends T
  ? AnyWhere
  : { readonly [Path in PathOf<T>]?: Condition<ValueAt<T, Path>> } & {
      readonly $and?: readonly Where<T>[]
      readonly $or?: readonly Where<T>[]
    }

/** As it is sent. A condition that is undefined would be left out on the way, and more records found than were meant: it is refused. */
export function toSentWhere(where: object): { [field: string]: JsonValue } {
  refuseUndefined(where, 'where')
  return toMapped(where) as { [field: string]: JsonValue }
}

const maxDepth = 32

function refuseUndefined(value: unknown, place: string, depth = 0): void {
  if (value === undefined) {
    const sentence = `${place}: expected a value, it is undefined. Leave the condition out, or write {"$exists":false} for records without the field.`
    throw new HoldfastError('invalid_request', sentence, { details: { field: place } })
  }
  if (typeof value !== 'object' || value === null || depth > maxDepth) return
  const isList = Array.isArray(value)
  for (const [name, member] of Object.entries(value)) refuseUndefined(member, isList ? `${place}[${name}]` : `${place}.${name}`, depth + 1)
}
