import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import type { Log } from '../base/log.ts'
import { uiContentTypes, uiSecurityPolicy } from '../base/ui-assets.ts'
import { appHost } from './origin.ts'

const commonHeaders = {
  'content-security-policy': uiSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}

const refuse = (status: number): Response => new Response(null, { status, headers: commonHeaders })

/**
 * Answers requests of the `app:` scheme from the renderer's build folder: GET and HEAD of existing files, nothing outside of the folder,
 * no fallback page. Never rejects.
 */
export function createAssetHandler(deps: { folder: string; log: Log }): (request: Request) => Promise<Response> {
  const root = resolve(deps.folder)
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
    const file = fileOf(root, request.url)
    const contentType = file && uiContentTypes[extname(file).toLowerCase()]
    if (!file || !contentType) return refuse(404)
    try {
      const bytes = await readFile(file)
      const headers = { ...commonHeaders, 'content-type': contentType, 'content-length': String(bytes.length) }
      return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { status: 200, headers })
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return refuse(404)
      deps.log.error({ err: error, file }, 'A file of the user interface could not be read')
      return refuse(500)
    }
  }
}

/** The file that an address names, undefined when it names none inside the folder. */
function fileOf(root: string, address: string): string | undefined {
  const url = URL.parse(address)
  if (url?.host !== appHost) return undefined
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return undefined
  }
  // The URL parser takes out plain `..`; an escaped one, a backslash or a NUL only shows after decoding.
  const strange = path.includes('\\') || path.includes('\0') || path.includes(':')
  if (strange || path.split('/').includes('..')) return undefined
  const file = resolve(join(root, path === '/' ? 'index.html' : path))
  return file.startsWith(root + sep) ? file : undefined
}
