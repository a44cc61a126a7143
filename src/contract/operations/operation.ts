import { z } from 'zod'

export type Role = 'reader' | 'writer' | 'operator' | 'admin'

/**
 * One thing that can be asked. `kind`: a query changes nothing, a command is done when it answers, a job answers 202 and works on.
 * `http.body`: `json` (input is path parameters, query and the JSON body together), `raw` (the data door maps bytes and headers
 * itself), `ndjson` and `file` (a stream, which stands for a field of the input). `status` is the HTTP status of success.
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
    body: 'none' | 'json' | 'raw' | 'ndjson' | 'file'
    /** Body and answer may be msgpack instead of JSON. */
    msgpack?: true
    status: number
  }
}

export const nothing = z.object({})
