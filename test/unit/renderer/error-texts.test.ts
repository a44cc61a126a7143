import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorCodes, jobKindSchema } from '../../../src/contract/index.ts'
import { CallError } from '../../../src/renderer/bridge/call.ts'
import { i18n } from '../../../src/renderer/language/language.ts'
import { errorTextName } from '../../../src/renderer/ui/error-text.ts'
import { hasErrorText } from '../../../src/renderer/ui/error-texts.ts'
import { phases } from '../../../src/renderer/ui/job-progress.tsx'
import '../../../src/renderer/ui/job-texts.ts'

const main = new URL('../../../src/main', import.meta.url).pathname
const sources = readdirSync(main, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(main, name), 'utf8'))
const failure = (code: string, details: Record<string, unknown> = {}) =>
  new CallError({ code, message: 'in English', retryable: false, details })

describe('the sentences about failures', () => {
  it.each(Object.keys(errorCodes))('are there for the code %s', (code) => {
    expect(hasErrorText(code)).toBe(true)
    expect(i18n.getResource('zh-CN', 'errors', code)).toMatch(/[\u4e00-\u9fff].*。$/)
  })

  it('name the fact that the error carries', () => {
    expect(errorTextName(failure('not_found', { key: 'sensor:1' }))).toBe('not_found.key')
    expect(errorTextName(failure('not_found'))).toBe('not_found')
    expect(errorTextName(failure('too_large', { limitBytes: 1024 }))).toBe('too_large.limitBytes')
  })

  it('are left to the host where its code is not known', () => {
    expect(errorTextName(failure('code_of_tomorrow'))).toBeUndefined()
  })
})

describe('the texts of jobs', () => {
  it.each(jobKindSchema.options)('say what a job of the kind %s is, costs, came to and leaves behind', (kind) => {
    for (const [namespace, name] of [
      ['ui', `job.${kind}`],
      ['ui', `consequence.${kind}`],
      ['jobs', `result.${kind}`],
      ['jobs', `left.${kind}`],
    ] as const) {
      expect(i18n.getResource('zh-CN', namespace, name), name).toMatch(/[\u4e00-\u9fff]/)
      expect(i18n.getResource('en', namespace, name), name).toBeTypeOf('string')
    }
  })

  it('know every phase that the host reports', () => {
    const reported = new Set(sources.flatMap((text) => [...text.matchAll(/report\(\{ phase: '([\w-]+)'/g)].map(([, phase]) => phase)))
    expect(reported.size).toBeGreaterThan(5)
    for (const phase of reported) expect(phases).toContain(phase)
  })
})
