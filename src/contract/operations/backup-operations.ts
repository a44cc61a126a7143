import { listActivityInput, listActivityOutput, undoInput } from '../activity.ts'
import { backupIdInput, backupListOutput, backupSchema, createBackupInput, restoreInput } from '../backups.ts'
import { jobSchema, listPageInput } from '../jobs.ts'
import { nothing, type Operation } from './operation.ts'

/** Backups, restores, and what was done. */
export const backupOperations = {
  'backups.create': {
    kind: 'job',
    role: 'operator',
    summary: 'Back up the whole store',
    input: createBackupInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/backups', body: 'json', status: 202 },
  },
  'backups.list': {
    kind: 'query',
    role: 'reader',
    summary: 'List backups, newest first',
    input: listPageInput,
    output: backupListOutput,
    http: { method: 'GET', path: '/api/backups', body: 'none', status: 200 },
  },
  'backups.get': {
    kind: 'query',
    role: 'reader',
    summary: 'One backup',
    input: backupIdInput,
    output: backupSchema,
    http: { method: 'GET', path: '/api/backups/{id}', body: 'none', status: 200 },
  },
  'backups.verify': {
    kind: 'job',
    role: 'operator',
    summary: 'Read a backup whole and check every checksum',
    input: backupIdInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/backups/{id}/verify', body: 'json', status: 202 },
  },
  'backups.restore': {
    kind: 'job',
    role: 'admin',
    summary: 'Restore a backup into this store; can be undone',
    input: restoreInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/backups/{id}/restore', body: 'json', status: 202 },
  },
  'restore.undo': {
    kind: 'job',
    role: 'admin',
    summary: 'Undo the last restore, or undo that undo',
    input: nothing,
    output: jobSchema,
    http: { method: 'POST', path: '/api/restore/undo', body: 'json', status: 202 },
  },
  'activity.list': {
    kind: 'query',
    role: 'reader',
    summary: 'What people, programs and the host itself did, newest first',
    input: listActivityInput,
    output: listActivityOutput,
    http: { method: 'GET', path: '/api/activity', body: 'none', status: 200 },
  },
  'undo.run': {
    kind: 'job',
    role: 'operator',
    summary: 'Undo one act of the activity list; can be undone itself',
    input: undoInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/undo/{id}', body: 'json', status: 202 },
  },
} as const satisfies Record<string, Operation>
