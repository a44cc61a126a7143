import { describe, expect, it } from 'vitest'
import { definitionNameSchema } from '../../../src/contract/index.ts'

const decomposed = 'Gera\u0308t'

describe('the name of a definition', () => {
  it('has letters and digits of any script', () => {
    for (const name of ['readings', '2026', '温度', 'Größe-1', 'датчик_1', 'قياس', '𐐀', 'a.b'])
      expect(definitionNameSchema.parse(name)).toBe(name)
    for (const name of ['', ' a', 'a b', '-a', '.', '_a', 'a/b', '🌡', '\u0308a', '\ud800'])
      expect(definitionNameSchema.safeParse(name).success).toBe(false)
  })

  it('is one name, whichever way its letters are put together', () => {
    expect(definitionNameSchema.parse(decomposed)).toBe('Ger\u00e4t')
  })

  it('can be given again as it is kept, so its length is that of the kept one', () => {
    const longest = decomposed.repeat(12)
    expect(definitionNameSchema.parse(definitionNameSchema.parse(longest))).toHaveLength(60)
    // It becomes two characters.
    expect(definitionNameSchema.safeParse('\u0958'.repeat(33)).success).toBe(false)
  })
})
