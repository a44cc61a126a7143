import { expect, test } from 'vitest'
import { fileFailure } from '../../../src/main/backup/file-failure.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'

const systemError = (code: string) => Object.assign(new Error(code), { code })

test.each([
  ['ENOTDIR', /is not a folder/],
  ['EACCES', /may not use .* permissions/],
  ['EROFS', /takes no writes/],
  ['ENOENT', /mounted and takes writes/],
  ['EIO', /the system says EIO/],
])('a backups folder that says %s is a matter of that folder, not of the host', (code, sentence) => {
  expect(fileFailure(systemError(code), '/mnt/backups')).toMatchObject({
    code: 'backup_folder_unusable',
    message: expect.stringMatching(sentence),
    details: { path: '/mnt/backups' },
  })
})

test('a full disk is told as such, and what is told already stays as it is', () => {
  expect(fileFailure(systemError('ENOSPC'), '/mnt/backups')).toMatchObject({ code: 'disk_full' })
  const known = new HoldfastError('record_damaged', 'A record is damaged.')
  expect(fileFailure(known, '/mnt/backups')).toBe(known)
})
