import { copyFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UndoHome } from './setup.ts'

const fixtures = new URL('../../fixtures/', import.meta.url)

let home: UndoHome
beforeEach(async () => {
  home = await UndoHome.make()
})
afterEach(() => home.remove())

test('an activity list and a safety point of format 1 stay readable, and what they hold can be put back', async () => {
  await copyFile(new URL('safety-point-v1.hfu', fixtures), join(home.folder, 'undo', 'act-1.hfu'))
  await copyFile(new URL('activity-v1.jsonl', fixtures), join(home.folder, 'activity', 'activity-00000001.jsonl'))
  await home.reopen()
  expect(home.list()).toMatchObject([
    { id: 'act-2', action: 'backup.made', actor: { kind: 'program', door: 'socket' }, facts: { records: 3 } },
    {
      id: 'act-1',
      action: 'records.deletedByPrefix',
      actor: { kind: 'person', door: 'desktop' },
      target: { prefix: 'fix:' },
      undo: { state: 'possible', records: 3 },
    },
  ])
  await home.runUndo('act-1')
  expect(home.contents()).toEqual({
    'fix:bytes': `application/octet-stream null ${Buffer.from([0, 1, 254, 255]).toString('base64')}`,
    'fix:ttl': `text/plain ${Date.UTC(2040, 0, 1)} ${Buffer.from('expires').toString('base64')}`,
    'fix:中文': `text/plain null ${Buffer.from('值').toString('base64')}`,
  })
})

test('the fixture is whole', async () => {
  expect((await readFile(new URL('activity-v1.jsonl', fixtures), 'utf8')).startsWith('{"holdfast":"activity","format":1}\n')).toBe(true)
  expect((await stat(new URL('safety-point-v1.hfu', fixtures))).size).toBeGreaterThan(100)
})
