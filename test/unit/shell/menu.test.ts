import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, test } from 'vitest'
import { menuTemplate } from '../../../src/main/shell/menu.ts'
import { textsFor } from '../../../src/main/shell/texts.ts'

const actions = { openWindow() {}, backUpNow() {}, showLogs() {}, restart() {}, quit() {} }

const flatten = (items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])])

const itemsOf = (locale: string, isMac: boolean, isDevelopment = false) =>
  flatten(menuTemplate({ texts: textsFor(locale), actions, isMac, isDevelopment }))

describe('the menu', () => {
  test('names every item in the language of the system', () => {
    for (const [locale, pattern] of [
      ['zh-CN', /[一-鿿]|Holdfast/],
      ['de', /^[\x20-\x7e]+$/],
    ] as const) {
      for (const item of itemsOf(locale, false)) if (item.type !== 'separator') expect(item.label).toMatch(pattern)
    }
  })

  test.each([true, false])('can back up, restart and quit (mac: %s)', (isMac) => {
    const ids = itemsOf('en', isMac).map(({ id }) => id)
    expect(ids.filter((id) => id === 'quit')).toHaveLength(1)
    expect(ids).toContain('back-up-now')
    expect(ids.filter((id) => id === 'restart')).toHaveLength(1)
  })

  test('offers the developer tools only while it is being developed', () => {
    expect(itemsOf('en', false).some(({ role }) => role === 'toggleDevTools')).toBe(false)
    expect(itemsOf('en', false, true).some(({ role }) => role === 'toggleDevTools')).toBe(true)
  })
})
