import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { createAssetHandler } from '../../../src/main/shell/asset-handler.ts'

describe('the app: scheme', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-assets-'))
  const root = join(folder, 'renderer')
  const handle = createAssetHandler({ folder: root, log: silentLog })

  beforeAll(() => {
    mkdirSync(join(root, 'assets'), { recursive: true })
    writeFileSync(join(root, 'index.html'), '<!doctype html>')
    writeFileSync(join(root, 'assets/main.js'), 'export {}')
    writeFileSync(join(root, 'assets/notes.txt'), 'not an asset')
    writeFileSync(join(folder, 'secret.json'), '{}')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const get = (address: string, method = 'GET') => handle(new Request(address, { method }))

  test('serves the page at the root, with the policy and the type', async () => {
    const response = await get('app://holdfast/')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('<!doctype html>')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
  })

  test('serves scripts with a type that a browser runs', async () => {
    expect((await get('app://holdfast/assets/main.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  test('answers HEAD without a body', async () => {
    const response = await get('app://holdfast/', 'HEAD')
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  test.each([
    'app://holdfast/../secret.json',
    'app://holdfast/%2e%2e/secret.json',
    'app://holdfast/..%2fsecret.json',
    'app://holdfast/assets/..%2f..%2fsecret.json',
    'app://holdfast/..%5csecret.json',
    'app://holdfast/%00/secret.json',
    'app://holdfast/%zz',
    `app://holdfast/${encodeURIComponent('/etc/passwd')}`,
    'app://elsewhere/',
    'app://holdfast/missing.js',
    'app://holdfast/assets',
    'app://holdfast/assets/notes.txt',
  ])('has nothing at %s', async (address) => {
    expect((await get(address)).status).toBe(404)
  })

  test('refuses to be written to', async () => {
    expect((await get('app://holdfast/', 'POST')).status).toBe(405)
  })
})
