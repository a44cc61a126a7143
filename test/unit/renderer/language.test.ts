import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eachSetting } from '../../../src/main/config/settings-table.ts'
import { formatBytes, formatDuration, formatLatency, formatRelative } from '../../../src/renderer/language/format.ts'
import { i18n, languages, pickLanguage } from '../../../src/renderer/language/language.ts'

const renderer = new URL('../../../src/renderer', import.meta.url).pathname
const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).map((name) => join(renderer, name))
const textFiles = sources.filter((name) => readable(name) && readFileSync(name, 'utf8').includes('makeTexts('))
const registered = await Promise.all(textFiles.filter((name) => !name.endsWith('language/texts.ts')).map(async (name) => import(name)))

function readable(name: string): boolean {
  return /\.tsx?$/.test(name)
}

const bundle = (language: string, namespace: string): Record<string, string> => i18n.getResourceBundle(language, namespace)
const namespaces = Object.keys(i18n.store.data.en ?? {})
/** Chinese has no form for one. */
const textName = (key: string) => key.replace(/_(one|other)$/, '')
const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()

describe('the texts of the screens', () => {
  it('are all registered', () => {
    expect(registered.length).toBeGreaterThanOrEqual(4)
    expect(namespaces).toEqual(expect.arrayContaining(['app', 'ui', 'checks', 'data', 'overview']))
  })

  it.each(namespaces)('of %s are there in every language, with the same values in them', (namespace) => {
    const english = bundle('en', namespace)
    for (const language of languages) {
      const other = bundle(language, namespace)
      expect(new Set(Object.keys(other).map(textName))).toEqual(new Set(Object.keys(english).map(textName)))
      for (const [key, text] of Object.entries(other)) {
        expect(text.trim(), `${namespace} ${key}`).not.toBe('')
        const original = english[key] ?? english[`${textName(key)}_other`] ?? ''
        expect(values(text), `${namespace} ${key}`).toEqual(values(original))
      }
    }
  })

  it('say what each setting means in Chinese too', async () => {
    const { chineseDescriptions, chineseUnits } = await import('../../../src/renderer/features/settings/descriptions.ts')
    expect(Object.keys(chineseDescriptions).sort()).toEqual([...eachSetting()].map(({ path }) => path.join('.')).sort())
    for (const { setting } of eachSetting()) if (setting.unit !== undefined) expect(chineseUnits).toHaveProperty(setting.unit)
  })

  it('give each table of the configuration a name', async () => {
    await import('../../../src/renderer/features/settings/texts.ts')
    const tables = new Set([...eachSetting()].map(({ path }) => path.slice(0, -1).join('.')))
    for (const language of languages) {
      for (const table of tables) expect(bundle(language, 'settings'), language).toHaveProperty([`group.${table}`])
    }
  })

  it('follow the wish that was stored, else the system', () => {
    expect(pickLanguage('zh-CN', ['en-GB'])).toBe('zh-CN')
    expect(pickLanguage(null, ['de-DE', 'zh-Hans-CN', 'en'])).toBe('zh-CN')
    expect(pickLanguage('xx', ['fr'])).toBe('en')
  })
})

describe('numbers and times', () => {
  it('have the unit that fits', () => {
    expect(formatBytes(0, 'en')).toEqual({ value: '0', unit: 'B' })
    expect(formatBytes(1536, 'en')).toEqual({ value: '1.5', unit: 'KiB' })
    expect(formatBytes(16 * 1024 * 1024, 'en')).toEqual({ value: '16', unit: 'MiB' })
    expect(formatLatency(0.163, 'en')).toEqual({ value: '0.16', unit: 'ms' })
    expect(formatLatency(2500, 'en')).toEqual({ value: '2.5', unit: 's' })
  })

  it('are said in the words of the language', () => {
    const now = Date.parse('2026-11-23T12:00:00Z')
    expect(formatRelative(now - 2 * 3600_000, now, 'en')).toBe('2 hours ago')
    expect(formatRelative(now - 2 * 3600_000, now, 'zh-CN')).toBe('2小时前')
    expect(formatRelative(now - 3000, now, 'en')).toBe('just now')
    expect(formatRelative(now - 3000, now, 'zh-CN')).toBe('刚刚')
    expect(formatRelative(now + 3000, now, 'en')).toBe('now')
    expect(formatRelative(now + 300_000, now, 'en')).toBe('in 5 minutes')
    expect(formatDuration(200, 'en')).toBe('3 min 20 sec')
    expect(formatDuration(0.2, 'en')).toBe('1 sec')
  })
})
