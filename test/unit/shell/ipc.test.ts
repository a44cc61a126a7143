import { setTimeout as wait } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { channels } from '../../../src/contract/bridge.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { comesFrom } from '../../../src/main/shell/hardening.ts'
import { Bridge } from '../../../src/main/shell/ipc.ts'
import { FakeConnection, FakeIpc, FakePage } from './fake-page.ts'

describe('the Electron door', () => {
  let ipc: FakeIpc
  let page: FakePage
  let connection: FakeConnection
  let bridge: Bridge

  beforeEach(() => {
    ipc = new FakeIpc()
    page = new FakePage()
    connection = new FakeConnection()
    bridge = new Bridge({
      ipcMain: ipc.asIpcMain,
      connection,
      isTrusted: (event) => comesFrom(event, page.contents, 'app://holdfast'),
      log: silentLog,
    })
  })

  test('has four channels and no other', () => {
    expect(ipc.channels).toEqual([channels.cancel, channels.invoke, channels.subscribe, channels.unsubscribe].sort())
  })

  test('answers a call with the envelope of the host', async () => {
    connection.answers.set('status.get', () => ({ pid: 1 }))
    expect(await ipc.invoke(page, channels.invoke, 'status.get', {}, 'r1')).toEqual({ ok: true, value: { pid: 1 } })
  })

  test.each([
    ['a name that is no text', [42, {}]],
    ['an endless name', ['x'.repeat(1000), {}]],
    ['data that is not plain', ['status.get', { when: new Date() }]],
  ])('refuses %s', async (_what, args) => {
    connection.answers.set('status.get', () => ({}))
    expect(await ipc.invoke(page, channels.invoke, ...args)).toMatchObject({ ok: false, error: { code: 'invalid_request' } })
  })

  test('refuses what does not come from the main frame of our page', async () => {
    connection.answers.set('status.get', () => ({}))
    page.mainFrame.parent = {}
    expect(await ipc.invoke(page, channels.invoke, 'status.get', {})).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    page.mainFrame.parent = null
    page.mainFrame.url = 'https://example.org/'
    expect(await ipc.invoke(page, channels.invoke, 'status.get', {})).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    page.mainFrame.url = 'app://holdfast.example.org/'
    expect(await ipc.invoke(page, channels.invoke, 'status.get', {})).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    const other = new FakePage()
    expect(await ipc.invoke(other, channels.invoke, 'status.get', {})).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    ipc.sendFrom(other, channels.subscribe)
    expect(connection.listeners.size).toBe(0)
  })

  test('cancels the call that is named, and only that one', async () => {
    const aborted: string[] = []
    connection.answers.set('records.list', (input, signal) => {
      const { name } = input as { name: string }
      return new Promise((resolve) => {
        signal?.addEventListener('abort', () => {
          aborted.push(name)
          resolve('stopped')
        })
        if (name === 'second') setImmediate(() => resolve('done'))
      })
    })
    const first = ipc.invoke(page, channels.invoke, 'records.list', { name: 'first' }, 'r1')
    const second = ipc.invoke(page, channels.invoke, 'records.list', { name: 'second' }, 'r2')
    ipc.sendFrom(page, channels.cancel, 'r1')
    expect(await first).toEqual({ ok: true, value: 'stopped' })
    expect(await second).toEqual({ ok: true, value: 'done' })
    expect(aborted).toEqual(['first'])
  })

  test('bounds the calls that one page has running', async () => {
    connection.answers.set('records.list', () => new Promise(() => {}))
    for (let index = 0; index < 256; index++) void ipc.invoke(page, channels.invoke, 'records.list', {}, `r${index}`)
    expect(await ipc.invoke(page, channels.invoke, 'records.list', {}, 'more')).toMatchObject({ ok: false, error: { code: 'overloaded' } })
  })

  test('tells the state of the connection and then every event, until it is unsubscribed', async () => {
    ipc.sendFrom(page, channels.subscribe)
    expect(page.received).toEqual([{ connection: 'connected' }])
    connection.publish({ id: 'b-1', event: 'records', data: { keys: ['a'] } })
    await expect.poll(() => page.received.length).toBe(2)
    ipc.sendFrom(page, channels.unsubscribe)
    expect(connection.listeners.size).toBe(0)
  })

  test('says reset instead of a flood of events', async () => {
    ipc.sendFrom(page, channels.subscribe)
    for (let index = 0; index < 10_000; index++) connection.publish({ id: `b-${index}`, event: 'records', data: { keys: ['a'] } })
    await expect.poll(() => page.received.length).toBe(2)
    expect(page.received[1]).toEqual({ event: { id: 'b-9999', event: 'reset', data: {} } })
  })

  test('ends what a page asked for when it is reloaded, and when it is gone', async () => {
    let aborts = 0
    connection.answers.set('records.list', (_input, signal) => {
      signal?.addEventListener('abort', () => aborts++)
      return new Promise(() => {})
    })
    void ipc.invoke(page, channels.invoke, 'records.list', {}, 'r1')
    ipc.sendFrom(page, channels.subscribe)
    page.reload()
    expect([aborts, connection.listeners.size]).toEqual([1, 0])

    // The new page counts its requests from the beginning.
    void ipc.invoke(page, channels.invoke, 'records.list', {}, 'r1')
    ipc.sendFrom(page, channels.subscribe)
    await wait(0)
    expect(connection.listeners.size).toBe(1)
    page.destroyed = true
    page.emit('destroyed')
    expect([aborts, connection.listeners.size]).toEqual([2, 0])
  })

  test('a page of the host before reaches nothing of the next one until it is loaded anew', async () => {
    let reached = 0
    connection.answers.set('records.delete', () => {
      reached++
      return {}
    })
    let aborted = false
    connection.answers.set('records.list', (_input, signal) => {
      signal?.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => {})
    })
    void ipc.invoke(page, channels.invoke, 'records.list', {}, 'r1')
    ipc.sendFrom(page, channels.subscribe)
    bridge.outdatePages()
    expect([aborted, connection.listeners.size]).toEqual([true, 0])
    expect(await ipc.invoke(page, channels.invoke, 'records.delete', { key: 'a' }, 'r2')).toMatchObject({ error: { code: 'cancelled' } })
    expect(reached).toBe(0)
    page.reload()
    expect(await ipc.invoke(page, channels.invoke, 'records.delete', { key: 'a' }, 'r3')).toEqual({ ok: true, value: {} })
    expect(reached).toBe(1)
  })

  test('a move inside of the page ends nothing', () => {
    ipc.sendFrom(page, channels.subscribe)
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
    expect(connection.listeners.size).toBe(1)
  })
})
