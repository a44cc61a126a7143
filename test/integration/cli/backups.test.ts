import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningHost, startHost } from './command.ts'

let host: RunningHost

beforeAll(async () => {
  host = await startHost()
  const lines = Array.from(
    { length: 20_000 },
    (_, index) => `${JSON.stringify({ key: `reading:${index}`, value: { index, text: 'x'.repeat(200) } })}\n`,
  )
  expect((await host.command(['import', '-'], { input: lines.join('') })).exit).toBe(0)
})
afterAll(async () => {
  expect(await host.stop()).toBe(0)
})

async function json(...argv: string[]): Promise<Record<string, unknown>> {
  const { exit, output, errors } = await host.command([...argv, '--json'])
  expect({ exit, errors: exit === 0 ? '' : errors }).toEqual({ exit: 0, errors: '' })
  return JSON.parse(output.toString())
}

describe('a mistake', () => {
  test('is undone by a backup, and the restore itself can be undone', async () => {
    expect(await json('backup')).toMatchObject({ kind: 'backup', state: 'succeeded' })
    const { items } = (await json('backups')) as { items: { id: string; state: string; records: number }[] }
    expect(items).toMatchObject([{ state: 'verified', records: 20_000 }])
    expect(await json('verify', 'latest')).toMatchObject({ kind: 'verify', state: 'succeeded' })

    await host.command(['put', 'reading:7', 'overwritten'])
    await host.command(['delete', '--prefix', 'reading:1'])
    const asked = await host.command(['restore', 'latest'])
    expect(asked.exit).toBe(2)
    expect(asked.errors).toContain('20,000 records')
    expect((await host.command(['get', 'reading:7'])).output.toString()).toBe('overwritten')

    expect(await json('restore', items[0]?.id ?? '', '--yes')).toMatchObject({ kind: 'restore', state: 'succeeded' })
    expect(await json('get', 'reading:7')).toMatchObject({ value: { index: 7 } })
    expect(await json('get', 'reading:1')).toMatchObject({ value: { index: 1 } })

    expect(await json('restore', '--undo')).toMatchObject({ kind: 'undo-restore', state: 'succeeded' })
    expect((await host.command(['get', 'reading:7'])).output.toString()).toBe('overwritten')
    expect((await host.command(['get', 'reading:1'])).exit).toBe(3)
  })

  test('of a disk is said where the latest backup is not the newest: before it is restored, after it, and by health', async () => {
    const made = (await json('backup')) as { result: { id: string } }
    const { items } = (await json('backups')) as { items: { id: string; file: string; state: string }[] }
    const [newest, older] = items
    expect(newest?.id).toBe(made.result.id)
    await truncate(newest?.file ?? '', 5000)
    const words = new RegExp(`Backup ${newest?.id} of .* is newer, but damaged, and was passed over: \\S`)
    const asked = await host.command(['restore', 'latest'])
    expect([asked.exit, asked.errors]).toEqual([2, expect.stringMatching(words)])
    const restored = await host.command(['restore', 'latest', '--yes'])
    expect([restored.exit, restored.output.toString()]).toEqual([0, expect.stringMatching(words)])
    expect(restored.output.toString()).toContain(older?.id)
    expect(await json('verify', 'latest')).toMatchObject({
      result: { passedOver: [{ id: newest?.id, problem: expect.stringMatching(/./) }] },
    })
    const { health } = (await json('status')) as { health: { checks: { code: string }[] } }
    expect(health.checks).toContainEqual(expect.objectContaining({ level: 'warning', code: 'backup_damaged', facts: { id: newest?.id } }))
  })

  test('in the name of a backup exits 3', async () => {
    for (const argv of [
      ['verify', 'nothing'],
      ['restore', 'nothing', '--yes'],
      ['restore', 'nothing'],
      ['jobs', 'cancel', 'nothing'],
    ]) {
      expect((await host.command([argv[0] as string, ...argv.slice(1)])).exit, argv.join(' ')).toBe(3)
    }
  })
})

describe('for people', () => {
  test('a backup says in words what it has done', async () => {
    const { exit, output, errors } = await host.command(['backup'])
    expect(exit).toBe(0)
    expect(output.toString()).toMatch(/^Backed up\.\n {2}\w+/)
    expect(errors).toMatch(/^(Backup: \w+\n)*$/)
  })

  test('status and health say that the backups folder cannot be read, not that there is no backup', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-config-'))
    const file = join(folder, 'holdfast.toml')
    await writeFile(file, '[backup.storage]\npath = "/dev/null/backups"\n')
    const other = await startHost(['--config', file])
    const sentence = '/dev/null/backups is not a folder. Set backup.storage.path to a folder for backups.'
    expect((await other.command(['status'])).output.toString()).toMatch(new RegExp(`^Last backup +not known: ${sentence}$`, 'm'))
    expect((await other.command(['health'])).output.toString()).toMatch(new RegExp(`^ +backup +warning +${sentence}$`, 'm'))
    expect(await other.stop()).toBe(0)
    await rm(folder, { recursive: true })
  })

  test('--no-wait prints a job that the list of jobs knows', async () => {
    const job = await json('backup', '--no-wait')
    const { items } = (await json('jobs')) as { items: { id: string }[] }
    expect(items.map(({ id }) => id)).toContain(job.id)
  })
})
