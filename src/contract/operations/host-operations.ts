import { configChangeOutput, configOutput, configPatchInput } from '../config.ts'
import { encryptionInput, encryptionOutput } from '../encryption.ts'
import { jobIdInput, jobListOutput, jobSchema, listPageInput } from '../jobs.ts'
import { seriesInput, seriesOutput } from '../series.ts'
import { healthOutput, statusOutput } from '../status.ts'
import { nothing, type Operation } from './operation.ts'

/** Jobs, encryption, state and configuration of the host. */
export const hostOperations = {
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
