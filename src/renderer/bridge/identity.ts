import { create } from 'zustand'
// Not through the index: it would bring every schema into the first script of the page.
import { type ConnectionColour, connectionColours } from '../../contract/connection-colours.ts'
import type { ShellState, Status } from '../../contract/index.ts'
import { shell, useShellState } from './shell.ts'

/** Which host a person works on, as they are meant to see it at every moment. */
export interface HostIdentity {
  readonly name: string
  readonly colour: ConnectionColour
  /** Destructive acts ask for the name. */
  readonly production: boolean
}

type Marks = Pick<HostIdentity, 'colour' | 'production'>

const storageKey = 'holdfast.marks'
const maxMarks = 32
const usualMarks: Marks = { colour: 'teal', production: false }

/** In a browser the marks are kept by host and data folder: another host at the same address must not wear them. */
export const placeOf = ({ hostname, dataFolder }: Pick<Status, 'hostname' | 'dataFolder'>): string => `${hostname}:${dataFolder}`

export function readMarks(text: string | null): Record<string, Marks> {
  try {
    const given = Object.entries(JSON.parse(text ?? '{}') as Record<string, Partial<Marks> | null>)
    return Object.fromEntries(given.map(([place, marks]) => [place, checked(marks)]))
  } catch {
    return {}
  }
}

function checked(marks: Partial<Marks> | null): Marks {
  const colour = connectionColours.find((known) => known === marks?.colour) ?? usualMarks.colour
  return { colour, production: marks?.production === true }
}

const storage = typeof window === 'undefined' ? undefined : window.localStorage

const useBrowserMarks = create<{ marks: Record<string, Marks> }>(() => ({ marks: readMarks(storage?.getItem(storageKey) ?? null) }))

/** Remembers the marks of a host in this browser. */
export function keepMarks(status: Pick<Status, 'hostname' | 'dataFolder'>, marks: Marks): void {
  const others = Object.entries(useBrowserMarks.getState().marks).filter(([place]) => place !== placeOf(status))
  const next = Object.fromEntries([...others, [placeOf(status), marks] as const].slice(-maxMarks))
  storage?.setItem(storageKey, JSON.stringify(next))
  useBrowserMarks.setState({ marks: next })
}

interface KnownHost {
  readonly status: Pick<Status, 'hostname' | 'dataFolder'> | undefined
}

/** What the host said of itself last. The frame keeps it, so that every question can name the host. */
export const useKnownHost = create<KnownHost>(() => ({ status: undefined }))

/** Undefined until the app or the host has said who this is. */
export function useIdentity(): HostIdentity | undefined {
  const state = useShellState((store) => store.state)
  const status = useKnownHost((store) => store.status)
  const marks = useBrowserMarks((store) => store.marks)
  return identityOf({ isApp: shell() !== undefined, state, status, marks })
}

export function identityOf(facts: {
  isApp: boolean
  state: ShellState | undefined
  status: KnownHost['status']
  marks: Record<string, Marks>
}): HostIdentity | undefined {
  if (facts.isApp) return facts.state?.current
  if (!facts.status) return undefined
  return { name: facts.status.hostname, ...(facts.marks[placeOf(facts.status)] ?? usualMarks) }
}
