import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from './command.ts'

let host: RunningHost
beforeAll(async () => {
  host = await startHost()
})
afterAll(() => host.stop())

const definition = { name: 'readings', prefix: 'r:', indexes: [{ name: 'by-sensor', fields: [{ path: 'sensor' }] }] }

describe('collections on the command line', () => {
  it('are set from a file, shown, queried, set again as they were shown, and removed', async () => {
    const lines = [1, 2, 3].map((n) => JSON.stringify({ key: `r:${n}`, value: { sensor: `s${n % 2}` } }))
    await host.command(['import', '-'], { input: lines.join('\n') })
    const set = await host.command(['collections', 'set'], { input: JSON.stringify(definition) })
    expect(set).toMatchObject({ exit: 0, errors: '' })
    expect(String(set.output)).toMatch(/^Collection readings is defined; being built: by-sensor/)
    const found = await host.command(['query', 'readings', '--where', '{"sensor":"s1"}', '--explain', '--count'])
    expect(String(found.output)).toBe('r:1\t{"sensor":"s1"}\nr:3\t{"sensor":"s1"}\n')
    expect(found.errors).toMatch(/2 records in all[\s\S]*By index by-sensor: sensor = "s1"; examined 2, returned 2/)
    const shown = await host.command(['collections', 'show', 'readings', '--json'])
    const again = await host.command(['collections', 'set', '-', '--json'], { input: shown.output })
    expect(JSON.parse(String(again.output))).toMatchObject({ name: 'readings', indexes: [{ state: 'ready', entries: 3 }] })
    expect(String((await host.command(['collections'])).output)).toBe('readings\tr:\t3\tby-sensor\n')
    const removed = await host.command(['collections', 'remove', 'readings'])
    expect(String(removed.output)).toBe('Collection readings is removed; its 3 records stay\n')
  })
})
