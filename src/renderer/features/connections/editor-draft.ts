import type { ConnectionColour, ConnectionDraft, ConnectionTarget, ConnectionView, TokenKeeping } from '../../../contract/index.ts'

/** What the form holds. The token that is remembered is never here: an empty field means that it stays. */
export interface EditorDraft {
  readonly id: string | undefined
  readonly isFirst: boolean
  readonly name: string
  readonly colour: ConnectionColour
  readonly production: boolean
  readonly target: ConnectionTarget
  readonly tokenKeeping: TokenKeeping
  readonly token: string
  /** It came by a link and not from this person. */
  readonly proposed: boolean
}

export const emptyDraft: EditorDraft = {
  id: undefined,
  isFirst: false,
  name: '',
  colour: 'blue',
  production: false,
  target: { kind: 'own', dataFolder: '' },
  tokenKeeping: 'ask',
  token: '',
  proposed: false,
}

export const draftOf = ({ id, isFirst, name, colour, production, target, tokenKeeping }: ConnectionView): EditorDraft => ({
  ...emptyDraft,
  id,
  isFirst,
  name,
  colour,
  production,
  target,
  tokenKeeping,
})

export const placeIn = (target: ConnectionTarget): string => {
  switch (target.kind) {
    case 'own':
      return target.dataFolder
    case 'socket':
      return target.path
    case 'address':
      return target.url
    default:
      return target satisfies never
  }
}

export function withPlace(kind: ConnectionTarget['kind'], place: string): ConnectionTarget {
  switch (kind) {
    case 'own':
      return { kind, dataFolder: place }
    case 'socket':
      return { kind, path: place }
    case 'address':
      return { kind, url: place }
    default:
      return kind satisfies never
  }
}

/** What the app is asked to test and to save. Blanks around what was pasted are nobody's wish. */
export function toConnectionDraft(draft: EditorDraft): ConnectionDraft {
  const { id, name, colour, production, target, tokenKeeping, token } = draft
  return {
    name: name.trim(),
    colour,
    production,
    target: withPlace(target.kind, placeIn(target).trim()),
    tokenKeeping,
    ...(id !== undefined && { id }),
    ...(token.trim() !== '' && { token: token.trim() }),
  }
}

export const isComplete = (draft: EditorDraft): boolean => draft.name.trim() !== '' && placeIn(draft.target).trim() !== ''
