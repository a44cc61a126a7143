// docs/api.md, from the table of the contract.
import { z } from 'zod'
import * as contract from '../../src/contract/index.ts'
import { fieldRows, shapeBlock } from './json-shape.mjs'
import { code, generated, page, table } from './markdown.mjs'

const introduction = `# The local API

The host answers HTTP on a unix socket, \`run/holdfast.sock\` in the data folder, and, where it is switched on, on a loopback address. Both take the same requests.

\`\`\`sh
curl --unix-socket ~/.local/share/holdfast/run/holdfast.sock http://holdfast/api/status
\`\`\`

**The socket** needs no token: its folder is 0700, and who may open it may do everything. **TCP** needs the token of the file \`token\` in the data folder
(\`Authorization: Bearer …\`; missing or wrong: 401), a \`Host\` that is a loopback name with the port, and, from a browser, its own \`Origin\` (else 403). Without a token
only \`GET /api/health\` (as \`{"status":"up"}\`) and the files of the user interface answer. The document \`GET /api/openapi.json\` describes all this for programs.`

const records = `## Records over raw requests

A key is everything behind \`/api/data/\` of the raw request target, percent-decoded once and never normalised: \`..\`, \`//\` and \`+\` stay as they are, a literal \`?\` is \`%3F\`.
A bad escape, invalid UTF-8, an empty key or one over ${contract.maxKeyBytes} bytes: 400. Keys are ordered by their UTF-8 bytes everywhere.

- \`PUT /api/data/{key}\`: the body is the value. \`Content-Type\` (absent: \`application/octet-stream\`), \`Holdfast-TTL\` (seconds), \`Holdfast-Fence\` ([locks](transactions.md)), \`Holdfast-Durability: durable|committed\`,
  \`If-Match\`, \`If-None-Match: *\`. 201 when the record is new, 200 when it was replaced; \`ETag\` names the version. An unknown tag in \`If-Match\`: 412.
- \`GET\` and \`HEAD /api/data/{key}\`: the same bytes and type, \`ETag\`, \`Last-Modified\`; 304 for \`If-None-Match\`, 206 for a range.
- \`DELETE /api/data/{key}\`: 204; 404 when there is none. \`If-Match\` as above.

\`version\` is an opaque text, which \`ifVersion\` takes. \`ETag\` is an opaque quoted text made of timeline and version, which \`If-Match\` takes. In JSON a value is written as its
\`encoding\` says: \`json\` (the value itself), \`text\` (UTF-8) or \`base64\` (any bytes). A number keeps its digits, also where a double does not
hold it (\`12345678901234567890\`).

**Lists** answer \`{"items":[…],"next"}\`: \`next\` goes into \`after\` (exclusive) for the next page and is null at the end. A page of records with values ends early, with \`next\`
set, where it would carry more than ${contract.maxPageValueBytes / 1024 / 1024} MiB. Queries are decoded as forms are (\`+\` is a space); booleans are \`true\` or \`false\`.

**Jobs** are long work: 202 and the job, which \`GET /api/jobs/{id}\` follows and \`DELETE /api/jobs/{id}\` cancels. An absent body means \`{}\`.

**Import and export** stream \`application/x-ndjson\` of any length: one \`{"key","value","encoding","contentType"?,"expiresAt"?}\` a line; an import also takes \`ttlSeconds\`.
\`json\` is written only where re-serialising gives the same bytes, \`text\` for other valid UTF-8, else \`base64\`: export, import, export gives the same bytes. Import lines count from 1;
blank ones count and are skipped; good lines stay when others fail.

**A batch** that is malformed is 400 with the operation's index; over ${contract.maxBatchOperations.toLocaleString('en')} operations or ${contract.maxBatchBytes / 1024 / 1024} MiB it is 413. Atomic, and a condition fails: 412 with the index and key, and nothing is applied.
Not atomic: 200 and a status for each operation. With \`Content-Type: application/msgpack\` the same fields come as msgpack: a value that is bin is stored as these bytes, without an
\`encoding\`; any other value is what JSON would say (no extension types, no bytes inside of a value, no NaN, integers up to 2^53). With \`Accept: application/msgpack\` the answer is
msgpack, and values that are neither JSON nor text come as bin. Limits and errors are the same, and errors are always \`application/problem+json\`.

**Events** (\`GET /api/events\`, server-sent) say what changed, never values: \`event: records|backups|jobs|state|activity\` with \`data\` as JSON, \`{"keys":[…]}\` (at most ${contract.maxEventKeys.toLocaleString('en')}, else \`{"prefix"}\`),
\`{"id"}\` or \`{"code"}\`. \`Last-Event-ID\` resumes; after a gap that is gone comes \`event: reset\`. A record that expires is no event: it is absent from that moment on.`

const inputSchema = (schema) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
const outputSchema = (schema) => z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })

const inputTitles = {
  none: 'Path and query',
  json: 'Path and JSON body',
  raw: 'As one operation (Electron IPC); over HTTP see above',
  ndjson: 'As one operation; over HTTP the body is the NDJSON',
  file: 'As one operation; over HTTP the body is the file, and the rest is the query',
}

function operationSection([name, { http, input, kind, output, role, summary }]) {
  const fields = fieldRows(inputSchema(input))
  return [
    `### \`${http.method} ${http.path}\``,
    `${summary}. \`${name}\`, a ${kind} for the role ${role}.`,
    ...(fields.length > 0 ? [`${inputTitles[http.body]}:`, table(['field', 'expected', 'default'], fields)] : []),
    ...answerParts(name, http, output),
  ]
}

function answerParts(name, { status }, output) {
  if (status === 204) return ['Answers 204.']
  const block = code('', shapeBlock(outputSchema(output)))
  if (name === 'records.get') return ['Over HTTP the answer is the value itself; as one operation:', block]
  return [name === 'records.put' ? 'Answers 201 for a new record, 200 for a replaced one:' : `Answers ${status}:`, block]
}

const documentRows = Object.values(contract.documents).map(({ method, path, summary }) => [`\`${method} ${path}\``, summary])

const errorRows = Object.entries(contract.errorCodes).map(([name, { exit, retryable, status, title }]) => [
  `\`${name}\``,
  status,
  retryable ? 'yes' : 'no',
  exit,
  title,
])

const errors = `## Errors

An error is \`application/problem+json\` with \`code\`, \`title\`, \`detail\` (a sentence that says what to do), \`status\`, \`retryable\`, and facts such as \`field\`, \`index\`, \`key\`; \`incident\` names an
unexpected failure in the log. 429 carries \`Retry-After\`. \`exit\` is the exit code of the command line.`

export const apiPage = () =>
  page(
    generated,
    introduction,
    records,
    '## Operations',
    Object.entries(contract.operations).flatMap(operationSection),
    '## Streams and documents',
    table(['', ''], documentRows),
    errors,
    table(['code', 'status', 'retryable', 'exit', 'title'], errorRows),
  )
