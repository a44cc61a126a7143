import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { HoldfastError } from '../../base/errors.ts'
import { uiContentTypes, uiSecurityPolicy } from '../../base/ui-assets.ts'
import type { Exchange, HeaderList } from './exchange.ts'

/** A file in `assets/`: no folders, no dot at the front, nothing that a file system could read in another way. */
const assetPath = /^\/assets\/[A-Za-z0-9_][A-Za-z0-9_.-]*$/
/** Names that hold a hash of the content never mean anything else. */
const hashedName = /-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/

/** Whether the path is one of the UI's files, which hold no data and need no token. */
export const isUiPath = (path: string): boolean => path === '/' || path.startsWith('/assets/')

/** Serves the renderer's build. `folder` is `out/renderer`. */
export class UiFiles {
  readonly #folder: string

  constructor(deps: { folder: string }) {
    this.#folder = deps.folder
  }

  /** Throws `not_found`; there is no fallback page. */
  async serve(exchange: Exchange): Promise<void> {
    const { path } = exchange.target
    const name = path === '/' ? 'index.html' : path.slice(1)
    const contentType = uiContentTypes[extname(name)]
    if (path !== '/' && (!assetPath.test(path) || contentType === undefined)) throw notThere(path)
    const bytes = await this.#read(name, path)
    const headers: HeaderList = [
      'Content-Type',
      contentType ?? 'application/octet-stream',
      'Content-Length',
      bytes.length,
      'Cache-Control',
      hashedName.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy',
      uiSecurityPolicy,
      'Referrer-Policy',
      'no-referrer',
      'Cross-Origin-Opener-Policy',
      'same-origin',
      'Cross-Origin-Resource-Policy',
      'same-origin',
    ]
    exchange.send(200, headers, bytes)
  }

  async #read(name: string, path: string): Promise<Buffer> {
    try {
      return await readFile(join(this.#folder, name))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'EISDIR' && code !== 'ENOTDIR') throw error
      if (path !== '/') throw notThere(path)
      throw new HoldfastError(
        'not_found',
        'The user interface is not built; run "npm run build" in the folder of Holdfast. The API answers under /api.',
      )
    }
  }
}

const notThere = (path: string): HoldfastError => new HoldfastError('not_found', `There is nothing at ${path}.`)
