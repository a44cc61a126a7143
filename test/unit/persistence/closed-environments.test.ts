import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as lmdb from 'lmdb'
import { expect, it } from 'vitest'
import { LmdbRoot } from '../../../src/main/persistence/lmdb-root.ts'

it('an environment that is closed is kept by nobody, and one that is open stays', async () => {
  const { allDbs } = lmdb as unknown as { readonly allDbs: Map<string, unknown> }
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-roots-'))
  const before = allDbs.size
  const [one, other] = ['one', 'other'].map((name) => new LmdbRoot(join(folder, name), { readOnly: false }))
  for (const root of [one, other]) root?.table('records')
  expect(allDbs.size).toBe(before + 4)
  await one?.close()
  expect(allDbs.size).toBe(before + 2)
  await other?.close()
  expect(allDbs.size).toBe(before)
  await rm(folder, { recursive: true })
})
