import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeDeepLink, parseDeepLink } from '../../../src/contract/index.ts'

const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
  .filter((text) => text.isWellFormed() && Buffer.byteLength(text) <= 1024)

describe('an address of the scheme holdfast:', () => {
  test('names every key, and is read back as it was', () => {
    fc.assert(
      fc.property(key, (name) => {
        expect(parseDeepLink(makeDeepLink({ kind: 'data', key: name }))).toEqual({ ok: true, link: { kind: 'data', key: name } })
      }),
    )
  })

  test('names a key of the largest size in any script', () => {
    const largest = '界'.repeat(341)
    expect(parseDeepLink(makeDeepLink({ kind: 'data', key: largest }))).toMatchObject({ ok: true })
    expect(parseDeepLink(makeDeepLink({ kind: 'data', key: 'a'.repeat(1025) }))).toEqual({ ok: false, fault: 'malformed' })
  })

  test('never throws, whatever it is given, and never yields more than a known place', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `holdfast://${rest}`),
      fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => url.replace(/^https?/, 'holdfast')),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const parsed = parseDeepLink(text)
        if (parsed.ok) expect(['data', 'backups', 'health', 'connect']).toContain(parsed.link.kind)
      }),
    )
  })

  test('that carries a token is refused as a whole, wherever the token stands', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/)
    const carriers: ((token: string) => string)[] = [
      (token) => `holdfast://connect?address=https://a.example&token=${token}`,
      (token) => `holdfast://connect?TOKEN=${token}&socket=/run/h.sock`,
      (token) => `holdfast://connect?address=${encodeURIComponent(`https://a.example/#token=${token}`)}`,
      (token) => `holdfast://connect?address=${encodeURIComponent(`https://user:${token}@a.example`)}`,
      (token) => `holdfast://data/a?token=${token}`,
    ]
    fc.assert(
      fc.property(secret, fc.constantFrom(...carriers), (token, carry) => {
        expect(parseDeepLink(carry(token))).toEqual({ ok: false, fault: 'token' })
      }),
    )
  })

  test('proposes a connection by a socket or an address, and nothing else of it', () => {
    expect(parseDeepLink('holdfast://connect?socket=%2Frun%2Fh.sock&name=plant+a')).toEqual({
      ok: true,
      link: { kind: 'connect', target: { kind: 'socket', path: '/run/h.sock' }, name: 'plant a' },
    })
    expect(parseDeepLink('holdfast://connect?address=HTTPS://host.example:8443/')).toEqual({
      ok: true,
      link: { kind: 'connect', target: { kind: 'address', url: 'https://host.example:8443' }, name: undefined },
    })
  })

  test.each([
    ['holdfast://connect', 'malformed'],
    ['holdfast://connect?socket=/a&address=https://b', 'malformed'],
    ['holdfast://connect?socket=/a&socket=/b', 'malformed'],
    ['holdfast://connect?socket=/a%0Ab', 'malformed'],
    ['holdfast://connect?socket=/a&run=1', 'unknown-part'],
    ['holdfast://connect?address=javascript:alert(1)', 'malformed'],
    ['holdfast://data', 'malformed'],
    ['holdfast://data/a/b', 'malformed'],
    ['holdfast://data/%zz', 'malformed'],
    ['holdfast://data/a#b', 'malformed'],
    ['holdfast://data/a?do=delete', 'unknown-part'],
    ['holdfast://backups/..%2F..', 'malformed'],
    ['holdfast://settings', 'unknown-place'],
    ['holdfast:data/a', 'malformed'],
    ['https://data/a', 'not-holdfast'],
    [`holdfast://data/${'a'.repeat(5000)}`, 'too-long'],
  ])('%s is not followed: %s', (text, fault) => {
    expect(parseDeepLink(text)).toEqual({ ok: false, fault })
  })
})
