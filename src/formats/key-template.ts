/** A key made of fixed text and columns: `city:{country}:{id}`. `{#}` is the line's number; `{{` is a brace. */
export type KeyTemplate = readonly KeyPart[]
type KeyPart = { readonly text: string } | { readonly column: string }

export const lineColumn = '#'

/** What is wrong with a template, or its parts. `columns`: the names that are there; undefined when any may be. */
export function parseTemplate(
  template: string,
  columns: readonly string[] | undefined,
): { parts: KeyTemplate } | { problem: 'empty' | 'open-brace' | 'no-column' | 'unknown-column'; name?: string } {
  if (template.trim() === '') return { problem: 'empty' }
  const parts: KeyPart[] = []
  let text = ''
  for (let at = 0; at < template.length; at++) {
    const character = template[at] as string
    if (character !== '{' && character !== '}') text += character
    else if (template[at + 1] === character) {
      text += character
      at++
    } else {
      const end = template.indexOf('}', at)
      if (character === '}' || end === -1) return { problem: 'open-brace' }
      const name = template.slice(at + 1, end)
      if (columns && name !== lineColumn && !columns.includes(name)) return { problem: 'unknown-column', name }
      if (text !== '') parts.push({ text })
      parts.push({ column: name })
      text = ''
      at = end
    }
  }
  if (text !== '') parts.push({ text })
  return parts.some((part) => 'column' in part) ? { parts } : { problem: 'no-column' }
}

/** The key, or the column that has nothing for it. */
export function fillTemplate(
  parts: KeyTemplate,
  cellOf: (column: string) => string | undefined,
  line: number,
): { key: string } | { missing: string } {
  let key = ''
  for (const part of parts) {
    if ('text' in part) {
      key += part.text
      continue
    }
    const value = part.column === lineColumn ? String(line) : cellOf(part.column)
    if (value === undefined || value === '') return { missing: part.column }
    key += value
  }
  return { key }
}

/** The name as a template writes it. */
export const columnInTemplate = (name: string): string => `{${name}}`
