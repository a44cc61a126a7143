import { describe, expect, test } from 'vitest'
import { redactFacts, redactText } from '../../../src/main/monitoring/redaction.ts'

describe('the redaction', () => {
  test('hides what is named like a secret, at any depth', () => {
    const facts = {
      token: 'abc',
      request: { headers: { Authorization: 'Bearer x', host: 'h' } },
      list: [{ remote_secret_key: 'k' }],
      apiKey: 1,
    }
    expect(redactFacts(facts)).toEqual({
      token: '[redacted]',
      request: { headers: { Authorization: '[redacted]', host: 'h' } },
      list: [{ remote_secret_key: '[redacted]' }],
      apiKey: '[redacted]',
    })
  })

  test('hides tokens in text', () => {
    expect(redactText('open http://127.0.0.1:7450/#token=aB-_9.c now')).toBe('open http://127.0.0.1:7450/#token=[redacted] now')
    expect(redactText('sent Authorization: Bearer aB9/+=.')).not.toContain('aB9')
  })

  test('hides them in errors, their causes and their stacks', () => {
    const error = new Error('refused token=abc', { cause: new Error('Bearer abc') })
    const line = JSON.stringify(redactFacts({ err: error }))
    expect(line).toContain('refused token=[redacted]')
    expect(line).not.toMatch(/abc/)
  })

  test('bounds what is long, deep or without end, and leaves values of records out', () => {
    const circular: Record<string, unknown> = { name: 'x' }
    circular.self = circular
    const many = Array.from({ length: 5000 }, () => 'item')
    const facts = redactFacts({
      circular,
      many,
      long: 'y'.repeat(1e6),
      value: Buffer.alloc(1000),
      big: 1n,
      when: new Date(0),
      odd: new Date(Number.NaN),
    })
    expect(JSON.stringify(facts).length).toBeLessThan(20_000)
    expect(facts).toMatchObject({ value: '(1000 bytes)', big: '1', when: '1970-01-01T00:00:00.000Z', odd: null })
  })
})
