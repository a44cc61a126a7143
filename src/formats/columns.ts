import { parseExactJson } from '../contract/index.ts'
import type { Problem } from './problem.ts'

export const columnTypes = ['text', 'number', 'boolean', 'json'] as const
export type ColumnType = (typeof columnTypes)[number]
/** What an empty cell becomes. */
export const emptyRules = ['null', 'leave-out', 'text'] as const
export type EmptyRule = (typeof emptyRules)[number]

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly included: boolean
}

const numberForm = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, yes: true, no: false, '1': true, '0': false }

/** The value of a cell that is not empty, or what is wrong with it. */
export function cellValue(cell: string, { name, type }: Column): { value: unknown } | { problem: Problem } {
  switch (type) {
    case 'text':
      return { value: cell }
    case 'number':
      return numberOf(cell, name)
    case 'boolean': {
      const value = booleans[cell.trim().toLowerCase()]
      return value === undefined ? { problem: { code: 'not-boolean', column: name, value: short(cell) } } : { value }
    }
    case 'json':
      try {
        return { value: parseExactJson(cell) }
      } catch {
        return { problem: { code: 'not-json', column: name } }
      }
    default:
      return type satisfies never
  }
}

function numberOf(cell: string, column: string): { value: number } | { problem: Problem } {
  const text = cell.trim()
  const value = Number(text)
  if (!numberForm.test(text) || !Number.isFinite(value)) return { problem: { code: 'not-number', column, value: short(cell) } }
  // A serial number of 20 digits would be stored as another one.
  if (!keepsDigits(text, value)) return { problem: { code: 'long-number', column, value: short(cell) } }
  return { value }
}

const keepsDigits = (text: string, value: number): boolean => !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(value)

export const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** The type that all cells of a sample have. Numbers with zeros before them are names: postcodes, telephone numbers. */
export function detectType(cells: readonly string[]): ColumnType {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
  if (filled.length === 0) return 'text'
  if (filled.every((cell) => /^(true|false)$/i.test(cell))) return 'boolean'
  const isNumber = (cell: string) =>
    numberForm.test(cell) && !/^[+-]?0\d/.test(cell) && !cell.startsWith('+') && keepsDigits(cell, Number(cell))
  if (filled.every(isNumber)) return 'number'
  return filled.every((cell) => /^[[{]/.test(cell) && isJson(cell)) ? 'json' : 'text'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
