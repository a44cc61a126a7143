import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../../src/main/monitoring/logger.ts'
import { RotatingFile } from '../../../src/main/monitoring/rotating-file.ts'
import { ManualClock } from '../storage/plain-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const linesOf = async (file = 'holdfast.log') =>
  (await readFile(join(folder, file), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the log', () => {
  test('has one JSON object a line with time, level, facts, ids of its child and a sentence', async () => {
    const log = createLogger({ folder: join(folder, 'logs'), level: 'info' })
    log.child({ request: 'r1' }).child({ job: 'j1' }).warn({ bytes: 5, token: 'abc' }, 'Something is odd.')
    log.debug({}, 'Nobody asked for this.')
    await log.close()
    const lines = await linesOf('logs/holdfast.log')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 'warn', request: 'r1', job: 'j1', bytes: 5, token: '[redacted]', msg: 'Something is odd.' })
    expect(new Date(lines[0]?.time as string).getTime()).toBeGreaterThan(0)
    expect((await stat(join(folder, 'logs/holdfast.log'))).mode & 0o777).toBe(0o600)
  })

  test('goes on in the same file after a restart', async () => {
    for (const sentence of ['One.', 'Two.']) {
      const log = createLogger({ folder, level: 'info' })
      log.info({}, sentence)
      await log.close()
    }
    expect((await linesOf()).map(({ msg }) => msg)).toEqual(['One.', 'Two.'])
  })

  test('never grows beyond its files and their size, and keeps the newest lines whole', async () => {
    const log = createLogger({ folder, level: 'info', maxFileBytes: 2000, maxFiles: 3 })
    for (let number = 0; number < 200; number++) {
      log.info({ number }, 'A line.')
      await log.flush()
    }
    await log.close()
    const files = (await readdir(folder)).toSorted()
    expect(files).toEqual(['holdfast.log', 'holdfast.log.1', 'holdfast.log.2'])
    for (const file of files) expect((await stat(join(folder, file))).size).toBeLessThanOrEqual(2000)
    const numbers = [...(await linesOf('holdfast.log.2')), ...(await linesOf('holdfast.log.1')), ...(await linesOf())].map(
      ({ number }) => number as number,
    )
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 200 - numbers.length + index))
  })

  test('with a single file begins anew', async () => {
    const log = createLogger({ folder, level: 'info', maxFileBytes: 500, maxFiles: 1 })
    for (let number = 0; number < 50; number++) {
      log.info({ number }, 'A line.')
      await log.flush()
    }
    await log.close()
    expect(await readdir(folder)).toEqual(['holdfast.log'])
    expect((await linesOf()).at(-1)?.number).toBe(49)
  })

  test('that cannot be written costs lines and nothing else, and says so when it can be again', async () => {
    // A file where the folder should be: every attempt fails, as on a full disk.
    const place = join(folder, 'logs')
    await writeFile(place, '')
    const clock = new ManualClock()
    const log = createLogger({ folder: place, level: 'info', clock })
    log.info({}, 'Lost one.')
    await log.flush()
    log.info({}, 'Waits.')
    await log.flush()
    await rm(place)
    clock.advance(10_000)
    log.info({}, 'Written.')
    await log.close()
    const lines = await linesOf('logs/holdfast.log')
    expect(lines[0]).toMatchObject({ level: 'warn', lost: 2 })
    expect(lines.at(-1)).toMatchObject({ msg: 'Written.' })
  })

  test('bounds what waits for a slow disk', async () => {
    const file = new RotatingFile({ path: join(folder, 'holdfast.log'), maxFileBytes: 10_000, maxFiles: 2, clock: new ManualClock() })
    for (let number = 0; number < 1000; number++) file.write(`${'x'.repeat(99)}\n`)
    expect(file.lost).toBeGreaterThan(700)
    await file.close()
    expect((await readFile(join(folder, 'holdfast.log'), 'utf8')).length).toBeLessThanOrEqual(11_000)
  })
})
