/** A value as the cells of a table: members of objects as `a.b`, lists and what is too deep as JSON. */
export function flatten(value: unknown, maxDepth = 5): Map<string, string> {
  const cells = new Map<string, string>()
  const visit = (part: unknown, name: string, depth: number) => {
    const isObject = typeof part === 'object' && part !== null && !Array.isArray(part)
    const members = isObject ? Object.entries(part as Record<string, unknown>) : []
    if (members.length > 0 && depth < maxDepth) for (const [member, inner] of members) visit(inner, `${name}.${member}`, depth + 1)
    else cells.set(name, cellOf(part))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return cells
  for (const [member, inner] of Object.entries(value)) visit(inner, member, 1)
  return cells
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
