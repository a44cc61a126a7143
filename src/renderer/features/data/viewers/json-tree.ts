/** An object with its members as they are written: in their order, also when a name comes twice. */
export class Members {
  readonly list: readonly (readonly [name: unknown, value: unknown])[]

  constructor(list: readonly (readonly [unknown, unknown])[]) {
    this.list = list
  }
}

/** A number, `true`, `false` or `null` as it is written: `1.0` and ids of twenty digits stay what they are. */
export class Literal {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Open =
  | { readonly kind: 'object'; readonly list: [string, unknown][]; name: string | undefined }
  | { readonly kind: 'array'; readonly list: unknown[] }

/** `text` must be valid JSON. Nesting is bounded by memory alone: nothing here calls itself. */
export function parseJsonTree(text: string): unknown {
  const open: Open[] = []
  let root: unknown
  const place = (value: unknown) => {
    const parent = open.at(-1)
    if (parent === undefined) root = value
    else if (parent.kind === 'array') parent.list.push(value)
    else {
      parent.list.push([parent.name ?? '', value])
      parent.name = undefined
    }
  }
  for (const token of tokensOf(text)) {
    const parent = open.at(-1)
    const first = token.charAt(0)
    if (first === '{') open.push({ kind: 'object', list: [], name: undefined })
    else if (first === '[') open.push({ kind: 'array', list: [] })
    else if (first === '}' || first === ']') {
      const done = open.pop()
      place(done?.kind === 'object' ? new Members(done.list) : done?.list)
    } else if (first === '"' && parent?.kind === 'object' && parent.name === undefined) parent.name = String(JSON.parse(token))
    else if (first !== ',' && first !== ':') place(first === '"' ? JSON.parse(token) : new Literal(token))
  }
  return root
}

function* tokensOf(text: string): Generator<string> {
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (' \t\n\r'.includes(character)) {
      at++
      continue
    }
    const end = character === '"' ? endOfString(text, at) : '{}[],:'.includes(character) ? at + 1 : endOfLiteral(text, at)
    yield text.slice(at, end)
    at = end
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function endOfLiteral(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && !'{}[],:" \t\n\r'.includes(text.charAt(at))) at++
  return at
}
