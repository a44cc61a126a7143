/**
 * JSON laid out for reading without touching its tokens: numbers keep their digits (`1.0`, 20-digit ids), strings their escapes and
 * members their order, which parsing and writing again would not promise.
 */

const space = new Set([' ', '\t', '\n', '\r'])

/** `text` must be valid JSON. Two spaces a level. */
export function formatJson(text: string): string {
  const out: string[] = []
  let depth = 0
  const line = () => out.push('\n', '  '.repeat(depth))
  for (const token of tokensOf(text)) {
    switch (token) {
      case '{':
      case '[':
        out.push(token)
        depth++
        line()
        break
      case '}':
      case ']':
        depth--
        // An empty object or array stays on its line.
        if (out.at(-3) === (token === '}' ? '{' : '[')) out.splice(-2)
        else line()
        out.push(token)
        break
      case ',':
        out.push(token)
        line()
        break
      case ':':
        out.push(': ')
        break
      default:
        out.push(token)
    }
  }
  return out.join('')
}

/** The same tokens without any space between them. */
export function compactJson(text: string): string {
  return [...tokensOf(text)].join('')
}

export function* tokensOf(text: string): Generator<string> {
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (space.has(character)) {
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
