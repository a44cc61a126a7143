import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { helpDocuments } from '../../../src/renderer/ui/help-texts.ts'

const root = new URL('../../..', import.meta.url).pathname
const screens = readdirSync(join(root, 'src/renderer'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.tsx'))
  .map((name) => readFileSync(join(root, 'src/renderer', name), 'utf8'))
  .join('\n')

describe('the help for those who begin', () => {
  it.each(Object.entries(helpDocuments))('on %s stands on a screen, and leads to a document that exists', (term, document) => {
    expect(screens).toMatch(new RegExp(`(term|help)="${term}"`))
    expect(readFileSync(join(root, document), 'utf8').length).toBeGreaterThan(0)
  })
})
