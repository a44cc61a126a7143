import { z } from 'zod'
import { type ConnectionColour, connectionColours } from './connection-colours.ts'
import type { DeepLink, LinkFault } from './deep-link.ts'
import type { Envelope, ErrorBody } from './errors.ts'

export const connectionColourSchema = z.enum(connectionColours)

export const maxRemembered = 64
const maxText = 4096

/** Where a host is: one that the app runs itself, one behind its socket, or one behind an address. */
export const connectionTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('own'), dataFolder: z.string().min(1).max(maxText) }),
  z.object({ kind: z.literal('socket'), path: z.string().min(1).max(maxText) }),
  z.object({ kind: z.literal('address'), url: z.string().min(1).max(maxText) }),
])
export type ConnectionTarget = z.infer<typeof connectionTargetSchema>

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is typed exactly has to be seen exactly
const visible = /^[^\u0000-\u001f\u007f]+$/
export const connectionNameSchema = z.string().trim().min(1).max(64).regex(visible)

/** `ask`: asked for at each connecting. `system`: encrypted by the system's key store. `file`: as it is, in a file that only this user can read. */
export const tokenKeepingSchema = z.enum(['ask', 'system', 'file'])
export type TokenKeeping = z.infer<typeof tokenKeepingSchema>

const tokenSchema = z.string().min(1).max(512)

export const connectionDraftSchema = z.object({
  /** Absent: a new one. */
  id: z.string().min(1).max(64).optional(),
  name: connectionNameSchema,
  colour: connectionColourSchema,
  /** Destructive acts ask for the connection's name. */
  production: z.boolean(),
  target: connectionTargetSchema,
  /** Only of an address. `token` absent: the known one stays. */
  tokenKeeping: tokenKeepingSchema.optional(),
  token: tokenSchema.optional(),
})
export type ConnectionDraft = z.infer<typeof connectionDraftSchema>

/** A remembered connection as a page may know it: whether there is a token, never the token. */
export interface ConnectionView {
  readonly id: string
  readonly name: string
  readonly colour: ConnectionColour
  readonly production: boolean
  readonly target: ConnectionTarget
  readonly tokenKeeping: TokenKeeping
  /** The host that the app was started for. It cannot be removed. */
  readonly isFirst: boolean
  /** A host of this app runs there now, for the programs of this machine too. */
  readonly running: boolean
}

/** What a host was found to be before it is remembered. Each kind but `ok` has a sentence that says what to do. */
export type TestOutcome =
  | { readonly kind: 'ok'; readonly hostname: string; readonly dataFolder: string; readonly version: string }
  | { readonly kind: 'other-version'; readonly version: string; readonly own: string }
  | {
      readonly kind:
        | 'unreachable'
        | 'refused'
        | 'needs-token'
        | 'wrong-token'
        | 'not-holdfast'
        | 'certificate'
        | 'plain-remote'
        | 'not-address'
      readonly reason: string
    }
  /** A folder in which the app would start a host of its own. */
  | { readonly kind: 'folder'; readonly state: 'new' | 'ours' | 'served' }
  | { readonly kind: 'folder-refused'; readonly reason: string }

export interface DiscoveredHost {
  readonly socket: string
  readonly dataFolder: string
  readonly pid: number
}

export const appSettingsSchema = z.object({
  startAtLogin: z.boolean(),
  notifications: z.boolean(),
  /** Closing the window leaves the app's own host running, with its tray. */
  keepRunning: z.boolean(),
  language: z.enum(['en', 'zh-CN']).nullable(),
  theme: z.enum(['light', 'dark', 'auto']),
})
export type AppSettings = z.infer<typeof appSettingsSchema>

export interface ShellState {
  readonly current: ConnectionView
  /** The current host belongs to this app (`embedded`) or to another process (`remote`). */
  readonly host: 'embedded' | 'remote'
  readonly connections: readonly ConnectionView[]
  /** The file of the remembered connections, where it cannot be understood: then none is remembered. */
  readonly unreadable: string | null
  /** The system's key store can encrypt tokens. */
  readonly canEncrypt: boolean
  /** The remembered connection that could not be opened at the start. */
  readonly notOpened: { readonly name: string; readonly error: ErrorBody } | null
  readonly settings: AppSettings
  /** Where this system starts programs at login; null when it cannot be told. */
  readonly startAtLoginPlace: string | null
}

const nothing = z.object({})
const idInput = z.object({ id: z.string().min(1).max(64) })

/** What a page may ask of the app around it. Checked in the main process, as operations are. */
export const shellInputs = {
  'shell.state': nothing,
  'shell.settings': appSettingsSchema.partial(),
  'connections.save': connectionDraftSchema,
  'connections.remove': idInput,
  'connections.test': connectionDraftSchema.pick({ id: true, target: true, token: true }),
  'connections.switch': idInput.extend({ token: tokenSchema.optional() }),
  /** Does not wait for the next attempt of a lost connection. */
  'connections.retry': nothing,
  'connections.discover': nothing,
  'connections.chooseFolder': nothing,
} as const

export type ShellOperationName = keyof typeof shellInputs
export type ShellInput<N extends ShellOperationName> = z.infer<(typeof shellInputs)[N]>
export interface ShellOutputs {
  'shell.state': ShellState
  'shell.settings': ShellState
  'connections.save': ConnectionView
  'connections.remove': Record<string, never>
  'connections.test': TestOutcome
  'connections.switch': Record<string, never>
  'connections.retry': Record<string, never>
  'connections.discover': { readonly hosts: readonly DiscoveredHost[] }
  'connections.chooseFolder': { readonly folder: string | null }
}

/** What the app tells its page. Nothing of it acts by itself: the page asks a person, or goes to a place. */
export type ShellEvent =
  | { readonly kind: 'changed' }
  | { readonly kind: 'go'; readonly path: string }
  | { readonly kind: 'link'; readonly link: DeepLink }
  | { readonly kind: 'bad-link'; readonly fault: LinkFault }
  /** A person chose another connection outside of the page (tray). */
  | { readonly kind: 'switch'; readonly id: string }

/** What the preload puts on `window.holdfastShell`; absent in a browser. */
export interface ShellBridge {
  invoke<N extends ShellOperationName>(name: N, input: ShellInput<N>): Promise<Envelope<ShellOutputs[N]>>
  subscribe(listener: (event: ShellEvent) => void): () => void
}
