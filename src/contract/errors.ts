import { z } from 'zod'

/**
 * Every code that a caller can meet. `status` is the HTTP status, `exit` the exit code of the command line,
 * `retryable` whether the same request may succeed later without a change.
 */
export const errorCodes = {
  invalid_request: { status: 400, exit: 2, retryable: false, title: 'The request is not valid' },
  unauthenticated: { status: 401, exit: 4, retryable: false, title: 'A valid token is needed' },
  forbidden: { status: 403, exit: 4, retryable: false, title: 'This is not allowed' },
  not_found: { status: 404, exit: 3, retryable: false, title: 'Nothing here' },
  method_not_allowed: { status: 405, exit: 2, retryable: false, title: 'This method does not exist here' },
  request_timeout: { status: 408, exit: 1, retryable: true, title: 'The request took too long to arrive' },
  conflict: { status: 409, exit: 4, retryable: false, title: 'This is not possible in the present state' },
  backup_encryption_unavailable: { status: 409, exit: 4, retryable: false, title: 'Encrypted backups are not available yet' },
  backup_destination_unavailable: { status: 409, exit: 4, retryable: false, title: 'Backups cannot go there yet' },
  backup_folder_unusable: { status: 409, exit: 4, retryable: false, title: 'The backups folder cannot be used' },
  backup_damaged: { status: 409, exit: 1, retryable: false, title: 'The backup is damaged' },
  nothing_to_undo: { status: 409, exit: 4, retryable: false, title: 'There is nothing to undo' },
  undo_expired: { status: 409, exit: 4, retryable: false, title: 'This can no longer be undone' },
  already_undone: { status: 409, exit: 4, retryable: false, title: 'This was undone already' },
  lock_taken: { status: 409, exit: 4, retryable: true, title: 'The lock is held by somebody else' },
  lock_lost: { status: 409, exit: 4, retryable: false, title: 'The lock is not held any more' },
  transaction_conflict: { status: 409, exit: 4, retryable: true, title: 'What the transaction read has changed' },
  transaction_over: { status: 409, exit: 4, retryable: false, title: 'The transaction is over' },
  job_finished: { status: 409, exit: 4, retryable: false, title: 'The job has already ended' },
  source_unreadable: { status: 409, exit: 4, retryable: false, title: 'What is to be imported cannot be read' },
  source_refused: { status: 409, exit: 4, retryable: false, title: 'The server does not let Holdfast in' },
  source_unreachable: { status: 502, exit: 5, retryable: true, title: 'The server cannot be reached' },
  precondition_failed: { status: 412, exit: 4, retryable: false, title: 'The record has changed' },
  too_large: { status: 413, exit: 4, retryable: false, title: 'The request is too large' },
  schema_violation: { status: 422, exit: 4, retryable: false, title: 'The record does not fit its collection' },
  unique_violation: { status: 409, exit: 4, retryable: false, title: 'Another record has these values already' },
  index_key_too_long: { status: 422, exit: 4, retryable: false, title: 'An indexed field is too long' },
  plaintext_index: { status: 409, exit: 4, retryable: false, title: 'The index would keep encrypted data readable' },
  query_too_broad: { status: 422, exit: 4, retryable: false, title: 'The query looks at too many records' },
  unsupported_media_type: { status: 415, exit: 2, retryable: false, title: 'This content type is not understood here' },
  range_not_satisfiable: { status: 416, exit: 2, retryable: false, title: 'The range lies outside of the value' },
  overloaded: { status: 429, exit: 1, retryable: true, title: 'Too much at once' },
  cancelled: { status: 499, exit: 1, retryable: true, title: 'Cancelled' },
  internal: { status: 500, exit: 1, retryable: false, title: 'Something failed inside Holdfast' },
  key_missing: { status: 503, exit: 4, retryable: false, title: 'The key of the encrypted data is missing' },
  record_damaged: { status: 500, exit: 1, retryable: false, title: 'The record is damaged on disk' },
  unavailable: { status: 503, exit: 5, retryable: true, title: 'Holdfast cannot take requests now' },
  stopping: { status: 503, exit: 5, retryable: true, title: 'Holdfast is stopping' },
  too_many_connections: { status: 503, exit: 5, retryable: true, title: 'Too many connections' },
  read_only: { status: 503, exit: 4, retryable: false, title: 'The store only reads at present' },
  outcome_unknown: { status: 503, exit: 1, retryable: false, title: 'The outcome of this write is not known' },
  store_damaged: { status: 503, exit: 1, retryable: false, title: 'The store is damaged' },
  disk_full: { status: 507, exit: 4, retryable: true, title: 'The disk is full' },
  undo_not_kept: { status: 507, exit: 4, retryable: false, title: 'What this changes could not be kept for undo' },
  interrupted: { status: 503, exit: 1, retryable: true, title: 'The host stopped before this was done' },
  config_changed: { status: 409, exit: 4, retryable: false, title: 'The configuration file was edited meanwhile' },
  config_not_writable: { status: 409, exit: 4, retryable: false, title: 'The configuration file cannot be written' },
  // Reasons why `holdfast serve` does not start; the first also refuses a change of settings.
  config_invalid: { status: 422, exit: 2, retryable: false, title: 'The configuration has mistakes' },
  port_taken: { status: 500, exit: 4, retryable: true, title: 'The port is taken' },
  not_loopback: { status: 500, exit: 4, retryable: false, title: 'Only loopback addresses are allowed' },
  socket_path_too_long: { status: 500, exit: 4, retryable: false, title: 'The socket path is too long' },
  socket_path_taken: { status: 500, exit: 4, retryable: false, title: 'Something else is at the socket path' },
  host_running: { status: 500, exit: 4, retryable: false, title: 'A host already runs on this data folder' },
  newer_format: { status: 500, exit: 4, retryable: false, title: 'The data was written by a newer Holdfast' },
  foreign_folder: { status: 500, exit: 4, retryable: false, title: 'This folder is not a Holdfast data folder' },
  journal_missing: { status: 500, exit: 1, retryable: false, title: 'The journal of this store is missing' },
  journal_foreign: { status: 500, exit: 1, retryable: false, title: 'The journal belongs to another store' },
} as const satisfies Record<string, { status: number; exit: number; retryable: boolean; title: string }>

export type ErrorCode = keyof typeof errorCodes

/** What is said of a failure, the same through every door. `message` is a sentence for people that says what to do. */
export const errorBodySchema = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  incident: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type ErrorBody = z.infer<typeof errorBodySchema>

/** The reply over Electron IPC, where nothing may be thrown across. */
export type Envelope<T> = { ok: true; value: T } | { ok: false; error: ErrorBody }

/** The body of an HTTP error (`application/problem+json`, RFC 9457). Facts of an error (index, key, limit …) are further members. */
export const problemSchema = z
  .object({
    code: z.string(),
    title: z.string(),
    detail: z.string(),
    status: z.number().int(),
    retryable: z.boolean(),
    incident: z.string().optional(),
  })
  .loose()
export type Problem = z.infer<typeof problemSchema>
