import { jobSchema } from '../jobs.ts'
import {
  readImportErrorsInput,
  readImportErrorsOutput,
  resumeImportInput,
  startExportInput,
  startImportInput,
  uploadImportInput,
} from '../transfers.ts'
import type { Operation } from './operation.ts'

/** Imports and exports as jobs. */
export const transferOperations = {
  'imports.start': {
    kind: 'job',
    role: 'admin',
    summary: 'Import from a file on the host, from a Redis server or from a folder of LMDB; it can be resumed',
    input: startImportInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/imports', body: 'json', status: 202 },
  },
  'imports.upload': {
    kind: 'job',
    role: 'admin',
    summary: 'Send a file to the host and import it there; the host keeps it until that is done, so it can be resumed',
    input: uploadImportInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/imports/upload', body: 'file', status: 202 },
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
} as const satisfies Record<string, Operation>
