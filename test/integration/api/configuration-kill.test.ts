import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { HttpClient, spawnHost } from '../../support/host.ts'

/** Asks for one change after the other until the host is gone. What was asked for last, and what was acknowledged last. */
async function changeUntilKilled(api: HttpClient, firstValue: number) {
  let acknowledged: number | undefined
  for (let value = firstValue; ; value++) {
    const body = JSON.stringify({ changes: { 'limits.max_requests_in_flight': value } })
    try {
      const { status } = await api.send('PATCH', '/api/config', { body, headers: { 'content-type': 'application/json' } })
      expect(status).toBe(200)
      acknowledged = value
    } catch {
      return { asked: value, acknowledged }
    }
  }
}

it('a host that is killed while settings change leaves a whole file: the last acknowledged change, or the one under way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kill-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const dataFolder = join(folder, 'data')
  await mkdir(dataFolder)
  let value = 1000
  for (const afterMs of [120, 37, 81, 5]) {
    const host = await spawnHost(['--json', '--data', dataFolder, '--http', 'off'])
    if (!host.line.ready) throw new Error(host.line.detail)
    const api = new HttpClient({ socketPath: host.line.socket })
    const changing = changeUntilKilled(api, value)
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await host.stop('SIGKILL')
    const { asked, acknowledged } = await changing
    api.close()
    const text = await readFile(join(dataFolder, 'holdfast.toml'), 'utf8').catch(() => '')
    const found = text === '' ? undefined : Number(/^\[limits\]\nmax_requests_in_flight = (\d+)\n$/m.exec(text)?.[1])
    expect([acknowledged ?? (value > 1000 ? value - 1 : undefined), asked]).toContain(found)
    value = found === undefined ? value : found + 1
  }
})
