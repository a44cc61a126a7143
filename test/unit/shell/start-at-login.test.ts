import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { desktopEntry, StartAtLogin } from '../../../src/main/shell/start-at-login.ts'

describe('starting at login', () => {
  const home = mkdtempSync(join(tmpdir(), 'hf-login-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const items = {
    on: false,
    getLoginItemSettings: () => ({ openAtLogin: items.on }),
    setLoginItemSettings(given: { openAtLogin: boolean }) {
      items.on = given.openAtLogin
    },
  }
  const make = (platform: NodeJS.Platform, configHome = home) =>
    new StartAtLogin({ platform, command: ['/opt/My App/holdfast', '/srv/app'], configHome, loginItems: items })

  test('on Linux is a file of the autostart folder, hidden in the tray, and gone when it is switched off', async () => {
    const login = make('linux')
    expect(await login.isOn()).toBe(false)
    await login.set(true)
    expect(await login.isOn()).toBe(true)
    expect(readFileSync(login.place as string, 'utf8')).toContain('Exec="/opt/My App/holdfast" /srv/app --hidden')
    await login.set(false)
    expect(existsSync(login.place as string)).toBe(false)
    expect(await login.isOn()).toBe(false)
  })

  test('switched off where it never was on, it is no failure', async () => {
    await make('linux', join(home, 'nowhere')).set(false)
  })

  test('a file that the desktop has switched off counts as off', async () => {
    const login = make('linux')
    await login.set(true)
    writeFileSync(login.place as string, `${readFileSync(login.place as string, 'utf8')}Hidden=true\n`)
    expect(await login.isOn()).toBe(false)
  })

  test('elsewhere it is asked of the system', async () => {
    const login = make('darwin')
    expect(login.place).toBeNull()
    await login.set(true)
    expect(await login.isOn()).toBe(true)
  })

  test('words with signs that a desktop entry reads are quoted', () => {
    expect(desktopEntry(['/a"b', '50%', 'c$d', 'e\\f'])).toContain('Exec="/a\\\\"b" 50%% "c\\\\$d" "e\\\\\\\\f"')
  })
})
