import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Job } from '../../../src/contract/index.ts'
import { type Answer, answerJson, fakeHost, holdfast } from './support.ts'

const job = (facts: Partial<Job>): Job => ({
  id: 'j1',
  kind: 'backup',
  state: 'running',
  phase: 'reading',
  done: 1200,
  total: 138_398,
  unit: 'records',
  createdAt: '2026-11-23T14:00:00.000Z',
  ...facts,
})

/** Starts a job on any POST, then shows these states one after another, the last one for ever. */
function jobHost(states: Partial<Job>[], onCancel?: Answer): Answer {
  let next = 0
  return (asked, response) => {
    if (asked.method === 'DELETE' && asked.target.startsWith('/api/jobs/')) onCancel?.(asked, response)
    else if (asked.method === 'GET') answerJson(response, job(states[Math.min(next++, states.length - 1)] ?? {}))
    else answerJson(response, job({ state: 'queued', phase: 'waiting', total: null, done: 0 }), 202)
  }
}

const reading = { ratePerSecond: 41_600, etaSeconds: 3 }
const succeeded = {
  state: 'succeeded',
  phase: 'done',
  result: { id: 'b1', records: 138_398, storedBytes: 3_000_000, durationMs: 2100 },
} as const

describe('waiting for a job', () => {
  test('prints its phases as lines where nobody watches, and then its result', async () => {
    const { socket, asked } = await fakeHost(jobHost([reading, reading, { phase: 'verifying' }, succeeded]))
    const { exit, output, errors } = await holdfast(['backup', '--socket', socket])
    expect(exit).toBe(0)
    expect(errors).toBe('Backup: reading\nBackup: verifying\n')
    expect(output.toString()).toBe(
      'Backed up.\n  id: b1\n  records: 138,398\n  stored bytes: 2.9 MiB\n  duration ms: 2,100 ms\n'
        .replace('stored bytes', 'stored')
        .replace('duration ms', 'duration'),
    )
    expect(asked[0]).toMatchObject({ method: 'POST', target: '/api/backups' })
    expect(asked[1]?.target).toBe('/api/jobs/j1')
  })

  test('keeps one line up to date on a terminal and clears it', async () => {
    const { socket } = await fakeHost(jobHost([reading, succeeded]))
    const { errors } = await holdfast(['backup', '--socket', socket], { tty: true })
    expect(errors).toContain('\rBackup: reading, 1,200 of 138,398 records, 41,600/s, 3 s left\u001b[K')
    expect(errors.endsWith('\r\u001b[K')).toBe(true)
  })

  test('with --no-wait only prints the job', async () => {
    const { socket, asked } = await fakeHost(jobHost([]))
    const { exit, output } = await holdfast(['verify', 'latest', '--no-wait', '--json', '--socket', socket])
    expect(exit).toBe(0)
    expect(JSON.parse(output.toString())).toMatchObject({ id: 'j1', state: 'queued' })
    expect(asked.map(({ target }) => target)).toEqual(['/api/backups/latest/verify'])
  })

  test('exits as its failure says, and prints the job for programs', async () => {
    const failed = { state: 'failed', error: { code: 'disk_full', detail: 'The disk is full.' } } as const
    const { socket } = await fakeHost(jobHost([failed]))
    expect(await holdfast(['backup', '--socket', socket])).toMatchObject({
      exit: 4,
      errors: 'holdfast: Backup failed: The disk is full.\n',
    })
    const { exit, output, errors } = await holdfast(['backup', '--json', '--socket', socket])
    expect(exit).toBe(4)
    expect(JSON.parse(output.toString())).toMatchObject({ state: 'failed', error: failed.error })
    expect(JSON.parse(errors)).toMatchObject({ code: 'disk_full', job: 'j1' })
  })

  test('Ctrl+C cancels it, says so, and waits for how it ends', async () => {
    let press = (): void => {}
    let cancelled = false
    const { socket, asked } = await fakeHost((one, response) => {
      if (one.method === 'DELETE') cancelled = true
      if (one.method === 'GET' && !cancelled) press()
      answerJson(
        response,
        job(cancelled ? { state: 'cancelled', error: { code: 'cancelled', detail: 'Cancelled; everything is as it was before.' } } : {}),
        one.method === 'POST' ? 202 : 200,
      )
    })
    const { exit, errors } = await holdfast(['backup', '--socket', socket], { interrupt: (pressIt) => (press = pressIt) })
    expect(exit).toBe(1)
    expect(errors).toContain('Cancelling. Ctrl+C again to stop waiting.')
    expect(errors).toContain('holdfast: Backup: Cancelled; everything is as it was before.')
    expect(asked.filter(({ method }) => method === 'DELETE').map(({ target }) => target)).toEqual(['/api/jobs/j1'])
  })

  test('a job that ends while it is being cancelled has simply succeeded', async () => {
    let press = (): void => {}
    let cancelled = false
    const { socket } = await fakeHost((one, response) => {
      if (one.method === 'DELETE') {
        cancelled = true
        return answerJson(response, { code: 'job_finished', detail: 'It has ended.' }, 409)
      }
      if (one.method === 'GET' && !cancelled) press()
      return answerJson(response, job(cancelled ? succeeded : {}), one.method === 'POST' ? 202 : 200)
    })
    const { exit, errors } = await holdfast(['backup', '--socket', socket], { interrupt: (pressIt) => (press = pressIt) })
    expect(exit).toBe(0)
    expect(errors).not.toContain('could not')
  })

  test('a second Ctrl+C leaves the job alone', async () => {
    let press = (): void => {}
    const { socket } = await fakeHost((one, response) => {
      if (one.method === 'GET') press()
      answerJson(response, job({}), one.method === 'POST' ? 202 : 200)
    })
    const { exit, errors } = await holdfast(['backup', '--socket', socket], { interrupt: (pressIt) => (press = pressIt) })
    expect(exit).toBe(130)
    expect(errors).toContain('this is job j1')
  })
})

describe('restore', () => {
  const status = { hostname: 'edge-7', dataFolder: '/data', store: { records: 12, recordsExact: true } }
  const backup = { id: 'b1', createdAt: '2026-11-23T14:00:00.000Z', records: 1, bytes: 2048, state: 'verified' }
  const damaged = { ...backup, id: 'b2', createdAt: '2026-11-24T14:00:00.000Z', state: 'damaged', problem: 'Its manifest is missing.' }
  const host: Answer = (asked, response) => {
    if (asked.target === '/api/status') answerJson(response, status)
    else if (asked.target.startsWith('/api/backups?')) answerJson(response, { items: [damaged, backup], next: null })
    else if (asked.target.startsWith('/api/backups/') && asked.method === 'GET') answerJson(response, backup)
    else if (asked.method === 'GET') answerJson(response, job({ kind: 'restore', ...succeeded }))
    else answerJson(response, job({ kind: 'restore' }), 202)
  }

  test('without --yes says what it would replace and does nothing', async () => {
    const { socket, asked } = await fakeHost(host)
    const { exit, errors } = await holdfast(['restore', 'latest', '--socket', socket])
    expect(exit).toBe(2)
    expect(errors).toContain('b2')
    expect(errors).toContain('Its manifest is missing.')
    expect(errors).toContain('This replaces the whole store of edge-7 in /data (12 records)\nby backup b1 of ')
    expect(errors).toContain('(1 record, 2.0 KiB, verified)')
    expect(errors).toContain('Add --yes to do it.')
    expect(asked.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('asks on a terminal and does it only on yes', async () => {
    const { socket, asked } = await fakeHost(host)
    const no = await holdfast(['restore', 'b1', '--socket', socket], { tty: true, input: Readable.from([Buffer.from('y\n')]) })
    expect(no.exit).toBe(1)
    expect(no.errors).toContain('Nothing was changed.')
    expect(asked.every(({ method }) => method === 'GET')).toBe(true)
    const yes = await holdfast(['restore', 'b1', '--socket', socket], { tty: true, input: Readable.from([Buffer.from('yes\n')]) })
    expect(yes.exit).toBe(0)
    expect(asked.filter(({ method }) => method === 'POST').map(({ target }) => target)).toEqual(['/api/backups/b1/restore'])
  })

  test('the end of the input is no yes', async () => {
    const { socket } = await fakeHost(host)
    expect((await holdfast(['restore', 'b1', '--socket', socket], { tty: true, input: '' })).exit).toBe(1)
  })

  test('--undo needs no backup and no --yes', async () => {
    const { socket, asked } = await fakeHost(host)
    expect((await holdfast(['restore', '--undo', '--socket', socket])).exit).toBe(0)
    expect(asked[0]).toMatchObject({ method: 'POST', target: '/api/restore/undo' })
  })

  test.each([[['restore']], [['restore', 'b1', '--undo']]])('%j is wrong usage', async (argv) => {
    expect((await holdfast(argv)).exit).toBe(2)
  })
})

describe('delete', () => {
  test('a prefix is a job, and a dry run only counts', async () => {
    const { socket, asked } = await fakeHost(jobHost([{ kind: 'delete-prefix', state: 'succeeded', result: { matched: 3, deleted: 0 } }]))
    const { output } = await holdfast(['delete', '--prefix', 'a:', '--dry-run', '--socket', socket])
    expect(output.toString()).toBe('Would delete 3 records whose key begins with a:\n')
    expect(asked[0]).toMatchObject({ method: 'DELETE', target: '/api/data?prefix=a%3A&dryRun=true' })
  })

  test.each([[['delete']], [['delete', 'k', '--prefix', 'p']], [['delete', 'k', '--dry-run']]])('%j is wrong usage', async (argv) => {
    expect((await holdfast(argv)).exit).toBe(2)
  })
})

describe('jobs', () => {
  test('are listed with what came of them', async () => {
    const items = [job({ ...reading }), job({ id: 'j0', state: 'failed', error: { code: 'disk_full', detail: 'The disk is full.' } })]
    const { socket } = await fakeHost((_, response) => answerJson(response, { items, next: null }))
    const { output } = await holdfast(['jobs', '--socket', socket])
    expect(output.toString()).toBe(
      'j1\tbackup\trunning\t2026-11-23T14:00:00.000Z\tBackup: reading, 1,200 of 138,398 records, 41,600/s, 3 s left\n' +
        'j0\tbackup\tfailed\t2026-11-23T14:00:00.000Z\tThe disk is full.\n',
    )
  })

  test('are cancelled by id', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, job({ state: 'cancelled' })))
    const { output } = await holdfast(['jobs', 'cancel', 'j/1', '--socket', socket])
    expect(output.toString()).toBe('Job j1 is cancelled\n')
    expect(asked[0]).toMatchObject({ method: 'DELETE', target: '/api/jobs/j%2F1' })
  })
})
