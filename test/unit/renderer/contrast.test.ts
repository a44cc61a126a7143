import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../../../src/renderer/app/theme.css', import.meta.url), 'utf8')

function tokensOf(theme: 'light' | 'dark'): Record<string, string> {
  const start = css.indexOf(`:root[data-mantine-color-scheme="${theme}"]`)
  const block = css.slice(start, css.indexOf('}', start))
  return Object.fromEntries([...block.matchAll(/--hf-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]))
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((place) => Number.parseInt(colour.slice(place, place + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

const grounds = ['bg', 'surface', 'sunken', 'hover', 'selected']
const levels = ['ok', 'warning', 'critical', 'unknown']
/** Text and what it stands on: WCAG AA asks for 4.5. */
const texts = [
  ...['text', 'muted'].flatMap((text) => grounds.map((ground) => [text, ground] as const)),
  ...['accent', ...levels].flatMap((text) => ['bg', 'surface', 'sunken'].map((ground) => [text, ground] as const)),
  ...levels.map((level) => [level, `${level}-soft`] as const),
  ...levels.map((level) => ['text', `${level}-soft`] as const),
]

describe.each(['light', 'dark'] as const)('the tokens of the %s theme', (theme) => {
  const tokens = tokensOf(theme)
  const colour = (name: string) => tokens[name] ?? expect.fail(`There is no colour --hf-${name} in the ${theme} theme`)

  it.each(texts)('let %s be read on %s', (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5)
  })

  it('let white be read on the filled button', () => {
    expect(contrast('#ffffff', colour('accent-fill'))).toBeGreaterThanOrEqual(4.5)
  })

  it('show the focus against everything that it can lie on', () => {
    for (const ground of grounds) expect(contrast(colour('accent'), colour(ground)), ground).toBeGreaterThanOrEqual(3)
  })

  it('have a colour in the other theme too', () => {
    expect(Object.keys(tokensOf(theme === 'light' ? 'dark' : 'light')).sort()).toEqual(Object.keys(tokens).sort())
  })
})
