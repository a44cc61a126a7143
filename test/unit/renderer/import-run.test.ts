import { describe, expect, it } from 'vitest'
import type { ImportReport } from '../../../src/contract/index.ts'
import type { CsvPlan, ImportPlan } from '../../../src/formats/import-plan.ts'
import { CallError } from '../../../src/renderer/bridge/call.ts'
import type { FromWorker } from '../../../src/renderer/features/transfer/import-messages.ts'
import { type ImportPiece, importPieces } from '../../../src/renderer/features/transfer/import-pieces.ts'
import { type ImportDeps, ImportStopped, type PieceSource, runImport } from '../../../src/renderer/features/transfer/import-run.ts'
import { guessed } from '../formats/read.ts'

/** The worker's work in this thread. */
function sourceHere(): PieceSource {
  let pieces: AsyncGenerator<ImportPiece>
  let sent: ImportPiece | undefined
  return {
    start: ({ file, plan, encoding }) => {
      pieces = importPieces(file.stream() as unknown as AsyncIterable<Uint8Array>, { plan, encoding })
    },
    async next(places): Promise<FromWorker> {
      const refused = places.flatMap((place) => sent?.raws[place] ?? [])
      const { done, value } = await pieces.next()
      if (done) return { kind: 'end', refused }
      sent = value
      return { kind: 'piece', items: value.raws.length + value.problems.length, refused, ...value }
    },
    close: () => {},
  }
}

const nothing: ImportReport = { imported: 0, created: 0, replaced: 0, skipped: 0, failed: 0, errors: [] }
const takeAll = async ({ ndjson }: { ndjson: string }): Promise<ImportReport> => {
  const imported = ndjson.split('\n').length
  return { ...nothing, imported, created: imported }
}

function run(text: string, plan: ImportPlan, deps: Partial<ImportDeps>, signal = new AbortController().signal) {
  const wish = { file: new Blob([text]), plan, encoding: 'utf-8' as const, existing: 'overwrite' as const, dryRun: false }
  const usual = { source: sourceHere(), reasonOf: ({ code }: { code: string }) => code, onProgress: () => {}, send: takeAll }
  return runImport(wish, { ...usual, onTrouble: async () => {}, ...deps }, signal)
}

const table = (rows: number) => `id,n\n${Array.from({ length: rows }, (_, row) => `${row},${row}\n`).join('')}`
const plan = guessed('x.csv', 'id,n\n1,1\n') as CsvPlan

describe('an import', () => {
  it('sends a large file in pieces, one after another, and sums up what became of them', async () => {
    const sizes: number[] = []
    let underWay = 0
    const send = async (input: { ndjson: string }) => {
      expect(underWay++).toBe(0)
      sizes.push(input.ndjson.length)
      await Promise.resolve()
      underWay--
      return takeAll(input)
    }
    const { figures } = await run(table(60_000), plan, { send })
    expect(figures).toMatchObject({ items: 60_000, imported: 60_000, created: 60_000, failed: 0, readBytes: table(60_000).length })
    expect(sizes.length).toBeGreaterThan(2)
    expect(Math.max(...sizes)).toBeLessThan(1.2 * 1024 * 1024)
  })

  it('puts what makes no record and what the host refuses into one file, as it stood in the table', async () => {
    const send = async (input: { ndjson: string }): Promise<ImportReport> => {
      const lines = input.ndjson.split('\n')
      const place = lines.findIndex((line) => line.includes('"key":"3"'))
      const errors = place === -1 ? [] : [{ line: place + 1, code: 'too_large', detail: 'The value is too large.' }]
      return { ...nothing, imported: lines.length - errors.length, failed: errors.length, errors }
    }
    const result = await run('id,n\n1,1\n2,many\n3,3\n4,4\n', plan, { send })
    expect(result.figures).toMatchObject({ items: 4, imported: 2, failed: 2 })
    expect(result.failures).toEqual([
      { line: 3, reason: 'not-number' },
      { line: 4, reason: 'refused' },
    ])
    expect(result.errorsFile.join('')).toBe(
      '#import-error,id,n\n#import-error line 3: not-number,2,many\n#import-error line 4: refused,3,3\n',
    )
  })

  it('waits when the host cannot take it, and goes on with the same piece', async () => {
    let calls = 0
    let waited = 0
    const send = async (input: { ndjson: string }) => {
      if (calls++ === 0) throw new CallError({ code: 'unavailable', message: 'gone', retryable: true })
      return takeAll(input)
    }
    const onTrouble = async () => {
      waited++
    }
    expect((await run(table(10), plan, { send, onTrouble })).figures).toMatchObject({ imported: 10 })
    expect(waited).toBe(1)
  })

  it('that is refused in the middle says what was imported before', async () => {
    const details = { key: '5', line: 6, imported: 5, created: 5 }
    const send = async () => {
      throw new CallError({ code: 'conflict', message: 'exists', retryable: false, details })
    }
    const stopped = await run(table(10), plan, { send }).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(ImportStopped)
    expect(stopped).toMatchObject({ error: { code: 'conflict' }, result: { figures: { imported: 5 } } })
  })

  it('that is cancelled sends nothing more', async () => {
    const controller = new AbortController()
    let calls = 0
    const send = async (input: { ndjson: string }) => {
      if (calls++ === 1) controller.abort()
      return takeAll(input)
    }
    const stopped = await run(table(60_000), plan, { send }, controller.signal).catch((error: unknown) => error)
    expect(stopped).toMatchObject({ error: undefined })
    expect(calls).toBe(2)
  })

  it('says on which line a file stops being readable', async () => {
    const stopped = await run('no json', { format: 'json', shape: 'records', key: '', prefix: '' }, {}).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(ImportStopped)
  })
})
