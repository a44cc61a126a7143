import { z } from 'zod'
import { listActivityInput, listActivityOutput, undoInput } from './activity.ts'
import { backupIdInput, backupListOutput, backupSchema, createBackupInput, restoreInput } from './backups.ts'
import {
  bulkInput,
  childrenInput,
  childrenOutput,
  countInput,
  positionInput,
  positionOutput,
  searchHitsInput,
  searchHitsOutput,
  searchInput,
} from './browse.ts'
import { configChangeOutput, configOutput, configPatchInput } from './config.ts'
import { encryptionInput, encryptionOutput } from './encryption.ts'
import { importInput, importOutput } from './imports.ts'
import { jobIdInput, jobListOutput, jobSchema, listPageInput } from './jobs.ts'
import { acquireLocksInput, lockGrantSchema, lockIdInput, lockListInput, lockListOutput, renewLocksInput } from './locks.ts'
import {
  batchInput,
  batchOutput,
  createRecordInput,
  deletePrefixInput,
  deleteRecordInput,
  getRecordInput,
  listRecordsInput,
  listRecordsOutput,
  putRecordInput,
  putRecordOutput,
  recordOutput,
} from './records.ts'
import { seriesInput, seriesOutput } from './series.ts'
import { healthOutput, statusOutput } from './status.ts'
import {
  beginTransactionInput,
  commitTransactionInput,
  commitTransactionOutput,
  transactionGetInput,
  transactionGetOutput,
  transactionIdInput,
  transactionListInput,
  transactionListOutput,
  transactionScanInput,
  transactionScanOutput,
  transactionSchema,
  transactionWriteInput,
} from './transactions.ts'
import { readImportErrorsInput, readImportErrorsOutput, resumeImportInput, startExportInput, startImportInput } from './transfers.ts'
import { amendRecordInput, amendRecordOutput, readPartInput, readPartOutput } from './values.ts'

export type Role = 'reader' | 'writer' | 'operator' | 'admin'

/**
 * One thing that can be asked. `kind`: a query changes nothing, a command is done when it answers, a job answers 202 and works on.
 * `http.body`: `json` (input is path parameters, query and the JSON body together), `raw` (the data door maps bytes and headers
 * itself), `ndjson` (a stream). `status` is the HTTP status of success.
 */
export interface Operation {
  kind: 'query' | 'command' | 'job'
  role: Role
  summary: string
  input: z.ZodType
  output: z.ZodType
  http: {
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
    path: `/${string}`
    body: 'none' | 'json' | 'raw' | 'ndjson'
    /** Body and answer may be msgpack instead of JSON. */
    msgpack?: true
    status: number
  }
}

const nothing = z.object({})

export const operations = {
  'records.get': {
    kind: 'query',
    role: 'reader',
    summary: 'Read one record',
    input: getRecordInput,
    output: recordOutput,
    http: { method: 'GET', path: '/api/data/{key}', body: 'raw', status: 200 },
  },
  'records.put': {
    kind: 'command',
    role: 'writer',
    summary: 'Write one record',
    input: putRecordInput,
    output: putRecordOutput,
    http: { method: 'PUT', path: '/api/data/{key}', body: 'raw', status: 200 },
  },
  'records.readPart': {
    kind: 'query',
    role: 'reader',
    summary: 'Read a part of a value, and who wrote it last as far as that is known',
    input: readPartInput,
    output: readPartOutput,
    http: { method: 'GET', path: '/api/value', body: 'none', status: 200 },
  },
  'records.amend': {
    kind: 'command',
    role: 'writer',
    summary: 'Change when a record expires, or its content type, without sending its value',
    input: amendRecordInput,
    output: amendRecordOutput,
    http: { method: 'PATCH', path: '/api/value', body: 'json', status: 200 },
  },
  'records.create': {
    kind: 'command',
    role: 'writer',
    summary: 'Write one JSON record',
    input: createRecordInput,
    output: putRecordOutput,
    http: { method: 'POST', path: '/api/data', body: 'json', status: 201 },
  },
  'records.delete': {
    kind: 'command',
    role: 'writer',
    summary: 'Delete one record',
    input: deleteRecordInput,
    output: nothing,
    http: { method: 'DELETE', path: '/api/data/{key}', body: 'raw', status: 204 },
  },
  'records.list': {
    kind: 'query',
    role: 'reader',
    summary: 'List records in key order',
    input: listRecordsInput,
    output: listRecordsOutput,
    http: { method: 'GET', path: '/api/data', body: 'none', status: 200 },
  },
  'records.deletePrefix': {
    kind: 'job',
    role: 'writer',
    summary: 'Delete all records whose key begins with a prefix, or count them',
    input: deletePrefixInput,
    output: jobSchema,
    http: { method: 'DELETE', path: '/api/data', body: 'none', status: 202 },
  },
  'records.batch': {
    kind: 'command',
    role: 'writer',
    summary: 'Up to 10,000 operations in one request',
    input: batchInput,
    output: batchOutput,
    http: { method: 'POST', path: '/api/batch', body: 'json', msgpack: true, status: 200 },
  },
  'records.import': {
    kind: 'command',
    role: 'writer',
    summary: 'Import records from NDJSON',
    input: importInput,
    output: importOutput,
    http: { method: 'POST', path: '/api/import', body: 'ndjson', status: 200 },
  },
  'imports.start': {
    kind: 'job',
    role: 'admin',
    summary: 'Import from a file on the host, from a Redis server or from a folder of LMDB; it can be resumed',
    input: startImportInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/imports', body: 'json', status: 202 },
  },
  'imports.resume': {
    kind: 'job',
    role: 'admin',
    summary: 'Go on with an import that was cut off, failed or was cancelled',
    input: resumeImportInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/imports/{id}/resume', body: 'json', status: 202 },
  },
  'exports.start': {
    kind: 'job',
    role: 'admin',
    summary: 'Copy records into a plain LMDB folder on the host, for other programs',
    input: startExportInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/exports', body: 'json', status: 202 },
  },
  'imports.errors': {
    kind: 'query',
    role: 'admin',
    summary: 'The file of what an import could not take, part by part: to be mended and imported',
    input: readImportErrorsInput,
    output: readImportErrorsOutput,
    http: { method: 'GET', path: '/api/imports/{id}/errors', body: 'none', status: 200 },
  },
  'records.children': {
    kind: 'query',
    role: 'reader',
    summary: 'The next segments below a prefix, as a tree by delimiters shows them',
    input: childrenInput,
    output: childrenOutput,
    http: { method: 'GET', path: '/api/tree', body: 'none', status: 200 },
  },
  'records.position': {
    kind: 'query',
    role: 'reader',
    summary: 'Where a key stands among those with a prefix, or the key at a rank',
    input: positionInput,
    output: positionOutput,
    http: { method: 'GET', path: '/api/position', body: 'none', status: 200 },
  },
  'records.count': {
    kind: 'job',
    role: 'reader',
    summary: 'Count the records whose key begins with a prefix, one by one',
    input: countInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/count', body: 'json', status: 202 },
  },
  'records.search': {
    kind: 'job',
    role: 'reader',
    summary: 'Search in keys or values; the hits are listed while it runs',
    input: searchInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/search', body: 'json', status: 202 },
  },
  'records.searchHits': {
    kind: 'query',
    role: 'reader',
    summary: 'What a search has found so far, in key order',
    input: searchHitsInput,
    output: searchHitsOutput,
    http: { method: 'GET', path: '/api/search/{id}', body: 'none', status: 200 },
  },
  'records.bulk': {
    kind: 'job',
    role: 'writer',
    summary: 'Delete many records, or change when they expire; the dry run says how many and how large',
    input: bulkInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/bulk', body: 'json', status: 202 },
  },
  'transactions.begin': {
    kind: 'command',
    role: 'writer',
    summary: 'Begin a transaction: reads and writes that become one commit',
    input: beginTransactionInput,
    output: transactionSchema,
    http: { method: 'POST', path: '/api/transactions', body: 'json', status: 201 },
  },
  'transactions.list': {
    kind: 'query',
    role: 'reader',
    summary: 'List open transactions, the oldest first',
    input: transactionListInput,
    output: transactionListOutput,
    http: { method: 'GET', path: '/api/transactions', body: 'none', status: 200 },
  },
  'transactions.get': {
    kind: 'query',
    role: 'writer',
    summary: 'Read records in a transaction, its own writes included',
    input: transactionGetInput,
    output: transactionGetOutput,
    http: { method: 'POST', path: '/api/transactions/{id}/get', body: 'json', status: 200 },
  },
  'transactions.scan': {
    kind: 'query',
    role: 'writer',
    summary: 'List records in a transaction, its own writes included',
    input: transactionScanInput,
    output: transactionScanOutput,
    http: { method: 'POST', path: '/api/transactions/{id}/scan', body: 'json', status: 200 },
  },
  'transactions.write': {
    kind: 'command',
    role: 'writer',
    summary: 'Stage puts and deletes in a transaction; nobody else sees them before it commits',
    input: transactionWriteInput,
    output: transactionSchema,
    http: { method: 'POST', path: '/api/transactions/{id}/write', body: 'json', status: 200 },
  },
  'transactions.commit': {
    kind: 'command',
    role: 'writer',
    summary: 'Commit a transaction: everything, or nothing when something that it read has changed',
    input: commitTransactionInput,
    output: commitTransactionOutput,
    http: { method: 'POST', path: '/api/transactions/{id}/commit', body: 'json', status: 200 },
  },
  'transactions.rollBack': {
    kind: 'command',
    role: 'writer',
    summary: 'Roll a transaction back: nothing of it is written',
    input: transactionIdInput,
    output: transactionSchema,
    http: { method: 'DELETE', path: '/api/transactions/{id}', body: 'none', status: 200 },
  },
  'locks.acquire': {
    kind: 'command',
    role: 'writer',
    summary: 'Acquire locks on names, all or none, for as long as a lease',
    input: acquireLocksInput,
    output: lockGrantSchema,
    http: { method: 'POST', path: '/api/locks', body: 'json', status: 201 },
  },
  'locks.list': {
    kind: 'query',
    role: 'reader',
    summary: 'List held locks by name: who, since when, until when, and how many wait',
    input: lockListInput,
    output: lockListOutput,
    http: { method: 'GET', path: '/api/locks', body: 'none', status: 200 },
  },
  'locks.renew': {
    kind: 'command',
    role: 'writer',
    summary: 'Begin the lease of held locks anew',
    input: renewLocksInput,
    output: lockGrantSchema,
    http: { method: 'POST', path: '/api/locks/{id}/renew', body: 'json', status: 200 },
  },
  'locks.release': {
    kind: 'command',
    role: 'writer',
    summary: 'Release held locks',
    input: lockIdInput,
    output: nothing,
    http: { method: 'DELETE', path: '/api/locks/{id}', body: 'none', status: 200 },
  },
  'locks.forceRelease': {
    kind: 'command',
    role: 'operator',
    summary: 'Take locks from their holder, whose writes are refused from then on',
    input: lockIdInput,
    output: nothing,
    http: { method: 'POST', path: '/api/locks/{id}/force', body: 'json', status: 200 },
  },
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
  'jobs.list': {
    kind: 'query',
    role: 'reader',
    summary: 'List jobs, newest first',
    input: listPageInput,
    output: jobListOutput,
    http: { method: 'GET', path: '/api/jobs', body: 'none', status: 200 },
  },
  'jobs.get': {
    kind: 'query',
    role: 'reader',
    summary: 'One job',
    input: jobIdInput,
    output: jobSchema,
    http: { method: 'GET', path: '/api/jobs/{id}', body: 'none', status: 200 },
  },
  'jobs.cancel': {
    kind: 'command',
    role: 'operator',
    summary: 'Cancel a job: a backup, a check or a restore leaves nothing behind; records that were deleted or loaded before stay so',
    input: jobIdInput,
    output: jobSchema,
    http: { method: 'DELETE', path: '/api/jobs/{id}', body: 'none', status: 200 },
  },
  'sample.load': {
    kind: 'job',
    role: 'writer',
    summary: 'Load sample data: cities of the world',
    input: nothing,
    output: jobSchema,
    http: { method: 'POST', path: '/api/sample', body: 'json', status: 202 },
  },
  'encryption.get': {
    kind: 'query',
    role: 'operator',
    summary: 'Whether the values on disk are encrypted, and with which key',
    input: nothing,
    output: encryptionOutput,
    http: { method: 'GET', path: '/api/encryption', body: 'none', status: 200 },
  },
  'encryption.change': {
    kind: 'job',
    role: 'admin',
    summary: 'Encrypt the values on disk, stop encrypting them, or change their key, while the host runs',
    input: encryptionInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/encryption', body: 'json', status: 202 },
  },
  'status.get': {
    kind: 'query',
    role: 'reader',
    summary: 'What the host is and how it does',
    input: nothing,
    output: statusOutput,
    http: { method: 'GET', path: '/api/status', body: 'none', status: 200 },
  },
  'health.get': {
    kind: 'query',
    role: 'reader',
    summary: 'Whether the host can take requests, check by check',
    input: nothing,
    output: healthOutput,
    http: { method: 'GET', path: '/api/health', body: 'none', status: 200 },
  },
  'config.get': {
    kind: 'query',
    role: 'admin',
    summary: 'The configuration in effect, secrets hidden',
    input: nothing,
    output: configOutput,
    http: { method: 'GET', path: '/api/config', body: 'none', status: 200 },
  },
  'config.patch': {
    kind: 'command',
    role: 'admin',
    summary: 'Change settings in the configuration file, and in the running host where it can take them; or only check them',
    input: configPatchInput,
    output: configChangeOutput,
    http: { method: 'PATCH', path: '/api/config', body: 'json', status: 200 },
  },
  'config.undo': {
    kind: 'command',
    role: 'admin',
    summary: 'Bring back the configuration file as it was before the last change made here, or undo that undo',
    input: nothing,
    output: configChangeOutput,
    http: { method: 'POST', path: '/api/config/undo', body: 'json', status: 200 },
  },
  'metrics.series': {
    kind: 'query',
    role: 'reader',
    summary: 'Measurements over time',
    input: seriesInput,
    output: seriesOutput,
    http: { method: 'GET', path: '/api/metrics/series', body: 'none', status: 200 },
  },
} as const satisfies Record<string, Operation>

export type Operations = typeof operations
export type OperationName = keyof Operations
/** What a caller gives (defaults not yet filled in), and what a handler receives. */
export type InputOf<N extends OperationName> = z.input<Operations[N]['input']>
export type ParsedInputOf<N extends OperationName> = z.output<Operations[N]['input']>
export type OutputOf<N extends OperationName> = z.output<Operations[N]['output']>

/** HTTP paths that are no operations of the table: streams and documents. */
export const documents = {
  export: { method: 'GET', path: '/api/export', summary: 'All records as NDJSON, in key order; `prefix` narrows it' },
  events: { method: 'GET', path: '/api/events', summary: 'Server-sent events of what has changed; resumable by Last-Event-ID' },
  openapi: { method: 'GET', path: '/api/openapi.json', summary: 'This interface as an OpenAPI 3.1 document' },
  metrics: { method: 'GET', path: '/metrics', summary: 'Measurements for Prometheus' },
} as const
