import { describe, expect, test } from 'vitest'
import { CurrentHost } from '../../../src/main/shell/current-host.ts'
import { runningJobs } from '../../../src/main/shell/running-jobs.ts'
import { FakeConnection } from './fake-page.ts'

const call = { requestId: 'r1' }
const answering = (value: unknown): FakeConnection => {
  const connection = new FakeConnection()
  connection.answers.set('status.get', () => value)
  return connection
}

describe('the host that the app looks at', () => {
  test('is another one from the switch on, for calls and for those who listen', async () => {
    const first = answering('first')
    const second = answering('second')
    const current = new CurrentHost(first)
    const heard: string[] = []
    const stop = current.subscribe(
      ({ id }) => heard.push(id),
      () => {},
    )
    expect(current.replace(second)).toBe(first)
    expect(await current.invoke('status.get', {}, call)).toEqual({ ok: true, value: 'second' })
    first.publish({ id: 'of the first', event: 'state', data: {} })
    second.publish({ id: 'of the second', event: 'state', data: {} })
    expect(heard).toEqual(['of the second'])
    stop()
    expect([first.listeners.size, second.listeners.size]).toEqual([0, 0])
  })
})

describe('the jobs that quitting would end', () => {
  const job = (id: string, state: string) => ({ id, kind: 'backup', state, phase: '', done: 0, total: null, unit: 'steps', createdAt: '' })

  test('are those that run or wait, on every host of the app', async () => {
    const hosts = [new FakeConnection(), new FakeConnection()]
    hosts[0]?.answers.set('jobs.list', () => ({ items: [job('a', 'running'), job('b', 'succeeded')], next: null }))
    hosts[1]?.answers.set('jobs.list', () => ({ items: [job('c', 'queued')], next: null }))
    expect((await runningJobs(hosts)).map(({ id }) => id)).toEqual(['a', 'c'])
  })

  test('of a host that does not answer do not keep anybody from quitting', async () => {
    const mute = new FakeConnection()
    mute.answers.set('jobs.list', () => new Promise(() => {}))
    expect(await runningJobs([mute])).toEqual([])
  })
})
