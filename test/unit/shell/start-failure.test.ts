import { expect, test } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { closeWithin } from '../../../src/main/shell/host-connection.ts'
import { describeStartFailure } from '../../../src/main/shell/start-failure.ts'
import { textsFor } from '../../../src/main/shell/texts.ts'
import { FakeConnection } from './fake-page.ts'

test('a start that failed is told with its sentence, its code and the exit code of the command line', () => {
  const error = new HoldfastError('newer_format', 'This data was written by Holdfast 9. Install that version or a newer one.')
  const failure = describeStartFailure(error, textsFor('en'))
  expect(failure).toMatchObject({ code: 'newer_format', exitCode: 4, title: 'The data was written by a newer Holdfast' })
  expect(failure.detail).toBe('This data was written by Holdfast 9. Install that version or a newer one.\n\nCode: newer_format')
})

test('a failure that nobody foresaw is told too', () => {
  expect(describeStartFailure(new TypeError('boom'), textsFor('zh'))).toMatchObject({ code: 'internal', exitCode: 1 })
  expect(describeStartFailure('boom', textsFor('en')).detail).toContain('boom')
})

test('closing waits for the host, and no longer than the time it has', async () => {
  const connection = new FakeConnection()
  expect(await closeWithin(connection, 1000, silentLog)).toBe(true)
  connection.close = () => new Promise(() => {})
  expect(await closeWithin(connection, 5, silentLog)).toBe(false)
  connection.close = () => Promise.reject(new Error('disk'))
  expect(await closeWithin(connection, 1000, silentLog)).toBe(false)
})
