import { describe, expect, test } from 'vitest'
import { answerJson, fakeHost, holdfast } from './support.ts'

const MiB = 1024 ** 2
const report = {
  measuredAt: '2026-06-01T00:00:00.000Z',
  disk: { totalBytes: 1000 * MiB, freeBytes: 10 * MiB },
  parts: [
    { part: 'database', folder: '/data/db/g-1', bytes: 300 * MiB },
    { part: 'backups', folder: '/data/backups', bytes: null },
  ],
  database: { generation: 'g-1', fileBytes: 300 * MiB, usedBytes: 100 * MiB, freeBytes: 200 * MiB, pageBytes: 8192, tables: [] },
  reclaimable: {
    compaction: { bytes: 200 * MiB, neededBytes: 150 * MiB, possible: false },
    expiry: { records: 1, bytes: 2048 },
    undo: { bytes: 0, previousBytes: 0 },
  },
  readers: { count: 1, behind: 5, pinnedBytes: MiB, holders: [{ holder: 'process', since: null, processId: 42 }] },
  sweep: null,
}
const amount = { records: 20, bytes: 2048, valueBytes: 4096 }
const usage = {
  measuredAt: report.measuredAt,
  prefix: 's:',
  exact: false,
  every: 10,
  lookedAt: 3,
  total: { ...amount, records: 30 },
  items: [
    { prefix: 's:a:', rest: false, ...amount },
    { prefix: 's:', rest: true, ...amount, records: 10 },
  ],
  others: { items: 0, records: 0, bytes: 0, valueBytes: 0 },
  ages: [],
}

async function run(argv: string[], tty = false) {
  const { socket, asked } = await fakeHost(({ target }, response) => answerJson(response, target === '/api/space' ? report : usage))
  const { exit, output } = await holdfast([...argv, '--socket', socket], { tty })
  return { exit, text: output.toString(), asked: asked.map(({ method, target, body }) => `${method} ${target} ${body}`.trim()) }
}

describe('holdfast space', () => {
  test('says what lies where, what can be freed, and why not now', async () => {
    const { exit, text, asked } = await run(['space'])
    expect([exit, asked]).toEqual([0, ['GET /api/space']])
    expect(text.split('\n').slice(0, 2)).toEqual(['database\t300 MiB\t/data/db/g-1', 'backups\tunknown\t/data/backups'])
    expect(text).toContain('at least 200 MiB: holdfast compact; it needs 150 MiB free meanwhile')
    expect(text).toContain('1 record has expired (about 2.0 KiB)')
    expect(text).toContain('process 42')
  })

  test('says which prefixes take how much, and that it is about', async () => {
    const { text, asked } = await run(['space', 's:'], true)
    expect(asked).toEqual(['POST /api/space/usage {"prefix":"s:"}'])
    expect(text).toMatch(/s:a: +20 +2\.0 KiB +4\.0 KiB/)
    expect(text).toMatch(/s:\(directly\) +10/)
    expect(text).toContain('30 records, 2.0 KiB. About: one of 10 records was looked at')
  })
})
