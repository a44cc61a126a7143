import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ExportManager } from '../../../src/main/exports/export-manager.ts'

let home: string
let exports: ExportManager
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-export-'))
  await mkdir(join(home, 'store', 'records'), { recursive: true })
  await symlink(join(home, 'store'), join(home, 'link'))
  exports = new ExportManager({ ownFolders: [join(home, 'store')], read: async function* () {} })
})
afterEach(() => rm(home, { recursive: true, force: true }))

const prepare = (...names: string[]) => exports.prepare({ path: join(home, ...names), prefix: '', format: 'lmdb-1' } as never)

describe('a copy of the store', () => {
  test.each([['store'], ['store/new'], ['store/records/a/b'], ['link/new'], ['other/../store/new']])(
    'is refused at %s, in the folder of the store itself',
    async (path) => {
      await expect(prepare(path)).rejects.toMatchObject({
        code: 'invalid_request',
        details: { field: 'path', folder: join(home, 'store') },
      })
    },
  )

  test('may lie beside it, under a name that begins the same', async () => {
    await expect(prepare('store-copy')).resolves.toMatchObject({ subject: join(home, 'store-copy') })
    await expect(prepare('..store')).resolves.toMatchObject({ subject: join(home, '..store') })
  })
})
