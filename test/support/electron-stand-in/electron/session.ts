import { EventEmitter } from 'node:events'
import { app } from './app.ts'
import { answer } from './launcher.ts'
import { standIn } from './recorded.ts'
import { emitPreventable, strict } from './strict.ts'

type SchemeHandler = (request: Request) => Response | Promise<Response>
type PermissionCheck = (contents: null, permission: string, origin: string, details: object) => boolean
type PermissionRequest = (contents: unknown, permission: string, answer: (allowed: boolean) => void, details: object) => void

const handlers = new Map<string, SchemeHandler>()
const privileged = new Set<string>()
const permissions: { check: PermissionCheck | null; request: PermissionRequest | null; device: (() => boolean) | null } = {
  check: null,
  request: null,
  device: null,
}

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: { scheme: string }[]) {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle(scheme: string, handler: SchemeHandler) {
    if (handlers.has(scheme)) throw new Error(`The scheme ${scheme} already has a handler`)
    handlers.set(scheme, handler)
  },
  isProtocolHandled: (scheme: string) => handlers.has(scheme),
})

const defaultSession = strict(
  'session',
  Object.assign(new EventEmitter(), {
    protocol,
    setPermissionRequestHandler(handler: PermissionRequest | null) {
      permissions.request = handler
    },
    setPermissionCheckHandler(handler: PermissionCheck | null) {
      permissions.check = handler
    },
    setDevicePermissionHandler(handler: (() => boolean) | null) {
      permissions.device = handler
    },
  }),
)
export const session = strict('session', { defaultSession })

/** What Electron would grant; where no handler is set, it grants everything. */
export const wouldGrant = (permission: string, origin: string): boolean => permissions.check?.(null, permission, `${origin}/`, {}) ?? true

/** What the page would be told on asking. Specs use it through `standIn`. */
export function askPermission(permission: string, requestingUrl: string): Promise<boolean> {
  const { request } = permissions
  return request ? new Promise((resolve) => request({}, permission, resolve, { requestingUrl, isMainFrame: true })) : Promise.resolve(true)
}

answer({
  async fetch({ url, method }) {
    const scheme = url.slice(0, url.indexOf(':'))
    const handler = handlers.get(scheme)
    if (!handler || !privileged.has(scheme)) throw new Error(`The scheme ${scheme} is not handled`)
    const response = await handler(new Request(url, { method }))
    return { status: response.status, headers: Object.fromEntries(response.headers), body: new Uint8Array(await response.arrayBuffer()) }
  },

  mayDownload({ url, fileName }) {
    let defaultPath: string | undefined
    const item = strict('downloadItem', {
      getURL: () => url,
      getFilename: () => fileName,
      setSaveDialogOptions(options: { defaultPath?: string }) {
        defaultPath = options.defaultPath
      },
    })
    const event = {}
    const allowed = emitPreventable(defaultSession, 'will-download', event, item)
    standIn.downloads.push({ fileName, prevented: !allowed, defaultPath })
    return allowed
  },
})
