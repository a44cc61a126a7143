import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankActions } from '../../../src/renderer/app/palette-ranking.ts'
import type { Action } from '../../../src/renderer/ui/actions.ts'
import { fuzzyScore } from '../../../src/renderer/ui/fuzzy.ts'

const action = (id: string, title: string, more: Partial<Action> = {}): Action => ({
  id,
  group: 'do',
  title,
  english: title,
  run: () => undefined,
  ...more,
})
const backUp = action('backUp', '立即备份', { english: 'Back up now' })
const verify = action('verify', '校验最新的备份', { english: 'Verify the newest backup', blocked: '还没有备份。' })
const settings = action('page.settings', '设置', { english: 'Settings', group: 'page' })
const schedule = action('setting.backup.schedule', 'backup.schedule', { english: 'backup schedule', group: 'setting', words: '备份的时间' })
const all = [settings, backUp, verify, schedule]
const found = (query: string, recent: string[] = []) =>
  rankActions(all, query, recent).flatMap(({ actions }) => actions.map(({ id }) => id))

describe('what the palette finds', () => {
  it('by its name in either language', () => {
    expect(found('备份')[0]).toBe('backUp')
    expect(found('back up')[0]).toBe('backUp')
    expect(found('BUN')).toContain('backUp')
  })

  it('a setting by its key, and only when something is typed', () => {
    expect(found('backup.sch')[0]).toBe('setting.backup.schedule')
    expect(found('')).not.toContain('setting.backup.schedule')
  })

  it('words in any order', () => {
    expect(found('newest verify')).toContain('verify')
  })

  it('nothing where nothing fits', () => {
    expect(found('zzzzqq')).toEqual([])
  })

  it('shows what was used last first, but not what cannot be done now', () => {
    expect(rankActions(all, '', ['verify', 'backUp', 'gone'])[0]).toEqual({ group: 'recent', actions: [backUp] })
    expect(found('', ['backUp']).filter((id) => id === 'backUp')).toHaveLength(1)
  })
})

describe('the score of a text', () => {
  it('is best for a beginning, then for the beginning of a word, then for a piece', () => {
    expect(fuzzyScore('back', 'back up now')).toBeGreaterThan(fuzzyScore('up', 'back up now'))
    expect(fuzzyScore('up', 'back up now')).toBeGreaterThan(fuzzyScore('ack', 'back up now'))
    expect(fuzzyScore('ack', 'back up now')).toBeGreaterThan(fuzzyScore('bun', 'back up now'))
  })

  it('is never given to a text that lacks a character, and always to one that contains the query', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (query, before, after) => {
        expect(fuzzyScore(query, before + query + after)).toBeGreaterThan(0)
        const lacks = [...query.replaceAll(' ', '')].some((character) => !before.includes(character))
        if (lacks) expect(fuzzyScore(query, before)).toBe(0)
      }),
    )
  })
})
