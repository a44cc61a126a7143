import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { placeWindow, ShellStateStore } from '../../../src/main/shell/window-state.ts'

const display = { x: 0, y: 0, width: 1920, height: 1040 }
const right = { x: 1920, y: 0, width: 1600, height: 860 }

describe('the place of the window', () => {
  test('is the middle of the main display at first', () => {
    expect(placeWindow(undefined, [display])).toEqual({ width: 1280, height: 800, maximized: false })
  })

  test('is where it was, on whichever display that is', () => {
    const bounds = { x: 2000, y: 40, width: 1100, height: 700 }
    expect(placeWindow({ bounds, maximized: true }, [display, right])).toEqual({ ...bounds, maximized: true })
  })

  test('is the main display when the one that it was on is gone', () => {
    const saved = { bounds: { x: 2000, y: 40, width: 1100, height: 700 }, maximized: false }
    expect(placeWindow(saved, [display])).toEqual({ width: 1280, height: 800, maximized: false })
  })

  test('is never one whose title bar nobody can reach', () => {
    const above = { bounds: { x: 100, y: -500, width: 1100, height: 700 }, maximized: false }
    expect(placeWindow(above, [display])).not.toHaveProperty('y')
    const beside = { bounds: { x: -1090, y: 0, width: 1100, height: 700 }, maximized: false }
    expect(placeWindow(beside, [display])).not.toHaveProperty('x')
  })

  test('fits a smaller display, but is never smaller than the page can bear', () => {
    const saved = { bounds: { x: 0, y: 0, width: 4000, height: 3000 }, maximized: false }
    expect(placeWindow(saved, [display])).toMatchObject({ width: 1920, height: 1040 })
    expect(placeWindow(undefined, [{ x: 0, y: 0, width: 800, height: 480 }])).toMatchObject({ width: 960, height: 600 })
  })
})

describe('the memory of the shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-shell-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is there at the next start', async () => {
    const file = join(folder, 'kept.json')
    const window = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: false }
    const store = await ShellStateStore.open(file, silentLog)
    void store.update({ window })
    await store.update({ toldThatHostStays: true })
    expect((await ShellStateStore.open(file, silentLog)).state).toEqual({ window, toldThatHostStays: true })
    expect(readdirSync(folder)).toEqual(['kept.json'])
  })

  test.each(['', '{', 'null', '{"window":{"bounds":{"x":"left"}}}', '{"window":{"bounds":{"x":1e999}}}'])(
    'begins anew when its file says %s',
    async (text) => {
      const file = join(folder, 'broken.json')
      writeFileSync(file, text)
      expect((await ShellStateStore.open(file, silentLog)).state).toEqual({})
    },
  )

  test('a folder that cannot be written is no reason to fail', async () => {
    const warnings: string[] = []
    const log = { ...silentLog, warn: (_facts: object, sentence: string) => void warnings.push(sentence) }
    const store = await ShellStateStore.open(join(folder, 'missing/shell.json'), log)
    await store.update({ toldThatHostStays: true })
    expect(store.state.toldThatHostStays).toBe(true)
    expect(warnings).toHaveLength(1)
  })
})
