import { describe, expect, it } from 'vitest'
import { keyGroups } from '../../../src/renderer/app/key-list.ts'
import { isCharacter, matchStroke, strokeOf } from '../../../src/renderer/ui/key-strokes.ts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  strokeOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

describe('a stroke', () => {
  it('is written as the registry writes it', () => {
    expect(press('g')).toBe('g')
    expect(press('?', { shiftKey: true })).toBe('?')
    expect(press('k', { ctrlKey: true })).toBe('Mod+K')
    expect(press('K', { metaKey: true, shiftKey: true })).toBe('Mod+K')
    expect(press('F6', { shiftKey: true })).toBe('Shift+F6')
    expect(press('Escape')).toBe('Esc')
  })

  it('with Alt is left to the system, which makes letters of it', () => {
    expect(press('n', { altKey: true })).toBeUndefined()
  })

  it('is told from what people type', () => {
    expect(['n', '字', '1'].every(isCharacter)).toBe(true)
    expect(['F2', 'Mod+K', 'Delete', '↓'].some(isCharacter)).toBe(false)
  })
})

describe('a sequence', () => {
  const data = { keys: ['g d'] }
  const remove = { keys: ['d', 'Delete'] }

  it('waits for its second key', () => {
    expect(matchStroke([data], undefined, 'g')).toEqual({ kind: 'wait', first: 'g' })
    expect(matchStroke([data], 'g', 'd')).toEqual({ kind: 'run', binding: data })
  })

  it('lets another key mean what it means by itself', () => {
    expect(matchStroke([data, remove], 'g', 'Delete')).toEqual({ kind: 'run', binding: remove })
    expect(matchStroke([data, remove], undefined, 'd')).toEqual({ kind: 'run', binding: remove })
    expect(matchStroke([data], 'g', 'x')).toBeUndefined()
  })

  it('the youngest of two with the same key wins', () => {
    const dialog = { keys: ['Delete'] }
    expect(matchStroke([remove, dialog], undefined, 'Delete')).toEqual({ kind: 'run', binding: dialog })
  })
})

describe('the registry of keys', () => {
  const all = keyGroups().flatMap(({ keys }) => keys)
  const ways = all.flatMap(({ keys }) => keys)

  it('gives no key two meanings', () => {
    expect(ways.filter((way, place) => ways.indexOf(way) !== place)).toEqual([])
  })

  it('begins no sequence with a key that does something by itself', () => {
    const firsts = ways.filter((way) => way.includes(' ')).map((way) => way.split(' ')[0])
    expect(firsts.filter((first) => first !== undefined && ways.includes(first))).toEqual([])
  })

  it('has no letter that works while somebody types', () => {
    for (const { keys, whileTyping } of all) if (whileTyping) expect(keys.filter(isCharacter)).toEqual([])
  })

  it('has a way without letters for all that is done to a record, since letters jump in the list', () => {
    for (const { id, keys } of all)
      if (id.startsWith('record.') || id === 'data.create')
        expect(
          keys.some((key) => !isCharacter(key)),
          id,
        ).toBe(true)
  })
})
