import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionDraft } from '../../../src/contract/index.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { ConnectionBook } from '../../../src/main/shell/connection-book.ts'
import type { TokenCipher } from '../../../src/main/shell/token-vault.ts'

/** A key store that turns bytes over, and can be taken away. */
const cipherThat = (available: boolean): TokenCipher => ({
  available: () => available,
  encrypt: (text) => Buffer.from(text).reverse(),
  decrypt: (bytes) => Buffer.from(bytes).reverse().toString(),
})

describe('the remembered connections', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-book-'))
  let count = 0
  let file: string
  const open = (cipher = cipherThat(true), dataFolder = '/srv/own') =>
    ConnectionBook.open({ file, first: { name: 'edge-07', dataFolder }, cipher, log: silentLog })
  const plant: ConnectionDraft = {
    name: 'plant',
    colour: 'red',
    production: true,
    target: { kind: 'address', url: 'https://plant.example' },
    tokenKeeping: 'system',
    token: 'secret-secret-secret',
  }

  beforeEach(() => {
    file = join(folder, `connections-${++count}.json`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('begin with the host that the app was started for, before anything is written', async () => {
    const book = await open()
    expect(book.entries).toEqual([
      expect.objectContaining({ id: 'first', name: 'edge-07', target: { kind: 'own', dataFolder: '/srv/own' } }),
    ])
    expect(() => statSync(file)).toThrow()
  })

  test('survive a restart, in a file that only its owner reads', async () => {
    const { id } = await (await open()).save(plant)
    const again = await open()
    expect(again.entry(id)).toMatchObject({ name: 'plant', colour: 'red', production: true })
    expect(again.tokenOf(again.entry(id))).toBe('secret-secret-secret')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('hold a token encrypted, as it is only where a person chose that, and else not at all', async () => {
    await (await open()).save(plant)
    expect(readFileSync(file, 'utf8')).not.toContain('secret-secret')
    await (await open()).save({ ...plant, name: 'in a file', tokenKeeping: 'file' })
    expect(readFileSync(file, 'utf8')).toContain('secret-secret')
    const asked = await (await open()).save({ ...plant, name: 'asked', tokenKeeping: 'ask' })
    expect(asked.token).toBeUndefined()
  })

  test('without a key store a token is not kept secretly in the open', async () => {
    const book = await open(cipherThat(false))
    await expect(book.save(plant)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('key store') })
    expect(book.entries).toHaveLength(1)
  })

  test('a token stays when only the name changes, and never goes along to another address', async () => {
    const book = await open()
    const { token: _, ...unchanged } = plant
    const { id } = await book.save(plant)
    expect(book.tokenOf(await book.save({ ...unchanged, id, name: 'plant north' }))).toBe('secret-secret-secret')
    const moved = await book.save({ ...unchanged, id, target: { kind: 'address', url: 'https://elsewhere.example' } })
    expect(book.tokenOf(moved)).toBeUndefined()
  })

  test('two do not have one name, because the name is what is typed', async () => {
    const book = await open()
    await book.save(plant)
    await expect(book.save({ ...plant, name: 'PLANT' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(book.save({ ...plant, name: 'edge-07' })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('the first can be named and marked, keeps its folder, and stays', async () => {
    const book = await open()
    await book.save({ ...plant, id: 'first', name: 'home', target: { kind: 'own', dataFolder: '/elsewhere' } })
    const again = await open(cipherThat(true), '/srv/moved')
    expect(again.first).toMatchObject({ name: 'home', production: true, target: { kind: 'own', dataFolder: '/srv/moved' } })
    await expect(again.remove('first')).rejects.toMatchObject({ code: 'conflict' })
  })

  test('saved at the same moment, both are there', async () => {
    const book = await open()
    await Promise.all([book.save(plant), book.save({ ...plant, name: 'other' })])
    expect((await open()).entries.map(({ name }) => name)).toEqual(['edge-07', 'plant', 'other'])
  })

  test('a removed one is gone, and is not what the app goes on with', async () => {
    const book = await open()
    const { id } = await book.save(plant)
    await book.use(id)
    expect((await open()).lastUsed).toBe(id)
    await book.remove(id)
    expect((await open()).lastUsed).toBeNull()
    expect(() => book.entry(id)).toThrow(/not remembered/)
  })

  test.each(['{', '{"version":2,"connections":[],"current":null}', '[]'])(
    'a file that is not understood (%s) is left as it is, and said',
    async (text) => {
      writeFileSync(file, text)
      const book = await open()
      expect(book.unreadable).toBe(file)
      expect(book.entries).toHaveLength(1)
      await expect(book.save(plant)).rejects.toMatchObject({ code: 'conflict' })
      await book.use('first')
      expect(readFileSync(file, 'utf8')).toBe(text)
    },
  )
})
