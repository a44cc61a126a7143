import type { z } from 'zod'
import { backupOperations } from './operations/backup-operations.ts'
import { collectionOperations } from './operations/collection-operations.ts'
import { hostOperations } from './operations/host-operations.ts'
import { recordOperations } from './operations/record-operations.ts'
import { spaceOperations } from './operations/space-operations.ts'
import { transactionOperations } from './operations/transaction-operations.ts'
import { transferOperations } from './operations/transfer-operations.ts'

export type { Operation, Role } from './operations/operation.ts'

/** Everything that can be asked, once. Every door, the client and the documents are made from it. */
export const operations = {
  ...recordOperations,
  ...transferOperations,
  ...transactionOperations,
  ...collectionOperations,
  ...backupOperations,
  ...hostOperations,
  ...spaceOperations,
}

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
