import { jobSchema } from '../jobs.ts'
import { spaceOutput, spaceUsageInput, spaceUsageSchema } from '../space.ts'
import { nothing, type Operation } from './operation.ts'

/** What takes how much room, and how to have some of it back. */
export const spaceOperations = {
  'space.get': {
    kind: 'query',
    role: 'reader',
    summary: 'What takes how much room, what can be freed, and what compaction would win',
    input: nothing,
    output: spaceOutput,
    http: { method: 'GET', path: '/api/space', body: 'none', status: 200 },
  },
  'space.usage': {
    kind: 'query',
    role: 'reader',
    summary: 'Which prefixes and ages take how much: an estimate from a sample, exact where the records are few',
    input: spaceUsageInput,
    output: spaceUsageSchema,
    http: { method: 'POST', path: '/api/space/usage', body: 'json', status: 200 },
  },
  'space.measure': {
    kind: 'job',
    role: 'operator',
    summary: 'The same, exactly: every record is looked at; the result of the job has the fields of the estimate',
    input: spaceUsageInput,
    output: jobSchema,
    http: { method: 'POST', path: '/api/space/measurements', body: 'json', status: 202 },
  },
  'space.compact': {
    kind: 'job',
    role: 'operator',
    summary: 'Write the database anew without its free pages and put it in place, while reads and writes go on',
    input: nothing,
    output: jobSchema,
    http: { method: 'POST', path: '/api/space/compaction', body: 'json', status: 202 },
  },
} as const satisfies Record<string, Operation>
