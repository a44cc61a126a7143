import { describe, expect, it } from 'vitest'
import { ConnectionError, errorOfProblem, HoldfastError } from '../../../src/client/errors.ts'
import { isWorthAnotherTry, withRetries } from '../../../src/client/retry.ts'
import { errorCodes } from '../../../src/contract/index.ts'

const lost = (reason: 'absent' | 'not_allowed' | 'silent' | 'cut' | 'failed') =>
  new ConnectionError(reason, reason, { mayHaveArrived: reason !== 'absent' && reason !== 'not_allowed', cause: undefined })
const policy = { attempts: 4, firstWaitMs: 1, longestWaitMs: 2 }

describe('what is asked again', () => {
  it('a write only when it was not done for certain', () => {
    const again = Object.keys(errorCodes).filter((code) => isWorthAnotherTry(new HoldfastError(code, code), false))
    expect(again).toEqual(['request_timeout', 'overloaded', 'unavailable', 'stopping', 'too_many_connections'])
    expect(
      (['absent', 'not_allowed', 'silent', 'cut', 'failed'] as const).filter((reason) => isWorthAnotherTry(lost(reason), false)),
    ).toEqual(['absent'])
  })

  it('a read after any failure of the way, except one that waiting does not mend', () => {
    expect(
      (['absent', 'not_allowed', 'silent', 'cut', 'failed'] as const).filter((reason) => isWorthAnotherTry(lost(reason), true)),
    ).toEqual(['absent', 'silent', 'cut', 'failed'])
    expect(isWorthAnotherTry(new TypeError('a mistake of the program'), true)).toBe(false)
  })
})

describe('trying again', () => {
  it('ends with the first success, or with the last failure when the attempts are used up', async () => {
    let made = 0
    const thirdTime = async () => {
      if (++made < 3) throw lost('absent')
      return made
    }
    const options = { policy, random: () => 0.5, isWorthIt: () => true }
    expect(await withRetries(thirdTime, options)).toBe(3)
    made = -10
    await expect(withRetries(thirdTime, options)).rejects.toThrow('absent')
    expect(made).toBe(-6)
  })

  it('does not wait for what is not worth it, nor beyond the signal', async () => {
    let made = 0
    const failing = async () => {
      made++
      throw lost('cut')
    }
    await expect(withRetries(failing, { policy, random: () => 0, isWorthIt: () => false })).rejects.toThrow('cut')
    expect(made).toBe(1)
    const patient = { policy: { attempts: 9, firstWaitMs: 60_000, longestWaitMs: 60_000 }, random: () => 0, isWorthIt: () => true }
    const reason = new Error('stop')
    await expect(withRetries(failing, patient, AbortSignal.any([abortedSoon(reason)]))).rejects.toBe(reason)
  })
})

describe('an answer that is an error', () => {
  it('is told with its code, its facts and whether to try again', () => {
    const problem = { code: 'transaction_conflict', title: 'T', detail: 'D', status: 409, retryable: true, incident: 'i', key: 'a' }
    expect(errorOfProblem(409, problem)).toMatchObject({
      code: 'transaction_conflict',
      message: 'D',
      retryable: true,
      incident: 'i',
      details: { key: 'a' },
    })
    expect(errorOfProblem(502, '<html>')).toMatchObject({ code: 'bad_answer', retryable: false })
  })
})

function abortedSoon(reason: Error): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), 5)
  return controller.signal
}
