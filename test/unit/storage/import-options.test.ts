import { describe, expect, test } from 'vitest'
import type { ActivityNote } from '../../../src/main/base/activity.ts'
import { chunksOf, storageOver, text } from './setup.ts'

const lines = (...records: [string, unknown][]) => records.map(([key, value]) => JSON.stringify({ key, value })).join('\n')

describe('an import into a store that has some of the keys', () => {
  const prepared = async () => {
    const over = storageOver()
    await over.storage.importNdjson(chunksOf(lines(['a', 'old'], ['c', 'old'])), { firstLine: 1 })
    const run = (content: string, options: object) => over.storage.importNdjson(chunksOf(content), { firstLine: 1, ...options })
    const value = (key: string) => text(over.storage.get(key).value)
    return { ...over, run, value }
  }
  const content = lines(['a', 'new'], ['b', 'new'], ['b', 'newer'], ['c', 'new'], ['d', 'new'])

  test('replaces them unless told otherwise, and says how many were new', async () => {
    const { run, value } = await prepared()
    expect(await run(content, {})).toMatchObject({ imported: 5, created: 2, replaced: 3, skipped: 0 })
    expect([value('a'), value('b')]).toEqual(['"new"', '"newer"'])
  })

  test('leaves them with "skip"; of two lines with one key the first counts', async () => {
    const { run, value } = await prepared()
    expect(await run(content, { existing: 'skip' })).toMatchObject({ imported: 2, created: 2, replaced: 0, skipped: 3 })
    expect([value('a'), value('b'), value('d')]).toEqual(['"old"', '"new"', '"new"'])
  })

  test('ends with "stop" at the first of them, by line and key; what came before stays', async () => {
    const { run, value, storage } = await prepared()
    await expect(run(lines(['x', 1], ['c', 'new'], ['y', 1]), { existing: 'stop', firstLine: 10 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^Line 11: .*"c".* 1 lines were imported before and stay\.$/),
      details: { line: 11, key: 'c', imported: 1, created: 1 },
    })
    expect([value('x'), value('c')]).toEqual(['1', '"old"'])
    expect(() => storage.get('y')).toThrow()
  })

  test.each(['overwrite', 'skip'])('a dry run with "%s" says the same and writes nothing', async (existing) => {
    const { run, value, storage } = await prepared()
    const dry = await run(content, { existing, dryRun: true })
    expect(() => storage.get('b')).toThrow()
    expect(value('a')).toBe('"old"')
    expect(await run(content, { existing })).toEqual(dry)
  })

  test('tells the activity list what it did, also when it ends early, and nothing of a dry run', async () => {
    const notes: ActivityNote[] = []
    const { storage } = storageOver({ activity: { note: (act) => `${notes.push(act)}` } })
    const run = (more: object) => storage.importNdjson(chunksOf(lines(['x', 1], ['c', 'new'])), { firstLine: 1, ...more })
    await run({ dryRun: true })
    expect(notes).toEqual([])
    await run({})
    await storage.delete('x')
    await expect(run({ existing: 'stop' })).rejects.toMatchObject({ code: 'conflict' })
    await run({})
    expect(notes).toMatchObject([
      { action: 'records.imported', facts: { imported: 2, replaced: 0, failed: 0 } },
      { outcome: 'failed', error: { code: 'conflict' }, facts: { imported: 1, replaced: 0 } },
      { facts: { imported: 2, replaced: 2 } },
    ])
  })

  test('lists as many failed lines as asked for, and counts all', async () => {
    const { run } = await prepared()
    const report = await run('x\n'.repeat(300), { maxErrors: 250 })
    expect(report).toMatchObject({ failed: 300 })
    expect(report.errors).toHaveLength(250)
  })

  test('passes over the reasons in a file of failed lines', async () => {
    const { run } = await prepared()
    expect(await run('# line 7: key is missing\n{"key":"e","value":1}', {})).toMatchObject({ imported: 1, failed: 0 })
  })

  test('says in a sentence what is wrong with a line', async () => {
    const { run } = await prepared()
    const report = await run('{"value":1}\n[1]\n{"key":5,"value":1}\n{"key":"a"}', {})
    expect(report.errors.map(({ detail }) => detail)).toEqual([
      'key: expected a text, and it is missing.',
      'The line is not an object like {"key":"sensor:1","value":21.5}.',
      'key: expected a text.',
      expect.stringMatching(/^value: /),
    ])
  })
})
