/** What of a keyboard event counts: the same for a real event and a test. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

const isOneCharacter = (key: string): boolean => [...key].length === 1
const names: Record<string, string> = {
  Escape: 'Esc',
  Spacebar: 'Space',
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
}

/** A press as the catalogue writes it: `g`, `?`, `Mod+K`, `Shift+F6`. Undefined with Alt, which belongs to the system and to typing. */
export function strokeOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string | undefined {
  if (altKey) return undefined
  const mod = ctrlKey || metaKey
  const name = names[key] ?? key
  if (isOneCharacter(name)) return mod ? `Mod+${name.toUpperCase()}` : name
  return `${mod ? 'Mod+' : ''}${shiftKey ? 'Shift+' : ''}${name}`
}

/** A stroke that somebody also presses to write: a character without Ctrl. */
export const isCharacter = (stroke: string): boolean => isOneCharacter(stroke) && !/[↑↓←→]/.test(stroke)

export interface Strokes {
  readonly keys: readonly string[]
}

export type Match<B> = { readonly kind: 'run'; readonly binding: B } | { readonly kind: 'wait'; readonly first: string } | undefined

/** What a stroke does after `first`, the stroke that is waited on: the youngest binding wins. */
export function matchStroke<B extends Strokes>(bindings: readonly B[], first: string | undefined, stroke: string): Match<B> {
  if (first !== undefined) {
    const binding = bindings.findLast(({ keys }) => keys.includes(`${first} ${stroke}`))
    if (binding !== undefined) return { kind: 'run', binding }
  }
  const binding = bindings.findLast(({ keys }) => keys.includes(stroke))
  if (binding !== undefined) return { kind: 'run', binding }
  return bindings.some(({ keys }) => keys.some((way) => way.startsWith(`${stroke} `))) ? { kind: 'wait', first: stroke } : undefined
}
