import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { channels } from '../../../src/contract/bridge.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { FileBridge } from '../../../src/main/shell/file-bridge.ts'
import { comesFrom } from '../../../src/main/shell/hardening.ts'
import { FakeIpc, FakePage } from './fake-page.ts'

describe('files that the page writes', () => {
  let folder: string
  let ipc: FakeIpc
  let page: FakePage
  let chosen: string | undefined
  const call = (...args: unknown[]) => ipc.invoke(page, channels.file, ...args)
  const bytes = (text: string) => new TextEncoder().encode(text)
  const opened = async (): Promise<string> => {
    const reply = await call('open', 'records.ndjson')
    return reply.ok ? String(reply.value) : ''
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hf-files-'))
    chosen = join(folder, 'out.ndjson')
    ipc = new FakeIpc()
    page = new FakePage()
    const isTrusted = (event: Parameters<typeof comesFrom>[0]) => comesFrom(event, page.contents, 'app://holdfast')
    new FileBridge({ ipcMain: ipc.asIpcMain, isTrusted, askPath: async () => chosen, log: silentLog })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('have their name once they are whole, and not before', async () => {
    writeFileSync(chosen ?? '', 'old')
    const file = await opened()
    await call('write', file, bytes('one\n'))
    await call('write', file, bytes('two\n'))
    expect(readFileSync(chosen ?? '', 'utf8')).toBe('old')
    expect(await call('close', file)).toEqual({ ok: true, value: null })
    expect(readFileSync(chosen ?? '', 'utf8')).toBe('one\ntwo\n')
    expect(readdirSync(folder)).toEqual(['out.ndjson'])
  })

  test('leave nothing when they are given up, and when the page goes', async () => {
    await call('abort', await opened())
    await call('write', await opened(), bytes('half'))
    expect(readdirSync(folder)).toHaveLength(1)
    page.reload()
    await expect.poll(() => readdirSync(folder)).toEqual([])
  })

  test('are not made when the person changes their mind', async () => {
    chosen = undefined
    expect(await call('open', 'records.ndjson')).toEqual({ ok: true, value: null })
  })

  test('belong to the page that opened them', async () => {
    const file = await opened()
    const other = new FakePage()
    expect(await ipc.invoke(other, channels.file, 'write', file, bytes('x'))).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    expect(await call('write', 'another', bytes('x'))).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })

  test('take only bytes, in pieces that are bounded, and say when a place cannot be written', async () => {
    const file = await opened()
    expect(await call('write', file, 'text')).toMatchObject({ ok: false, error: { code: 'invalid_request' } })
    expect(await call('write', file, new Uint8Array(9 * 1024 * 1024))).toMatchObject({ ok: false, error: { code: 'invalid_request' } })
    expect(await call('open', '')).toMatchObject({ ok: false, error: { code: 'invalid_request' } })
    expect(await call('delete', file)).toMatchObject({ ok: false, error: { code: 'invalid_request' } })
    chosen = join(folder, 'not-there', 'x')
    expect(await call('open', 'x')).toMatchObject({ ok: false, error: { message: expect.stringMatching(/could not be written/) } })
  })
})
