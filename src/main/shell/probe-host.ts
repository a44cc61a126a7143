import type { TestOutcome } from '../../contract/shell.ts'
import { statusOutput } from '../../contract/status.ts'
import { findProject } from '../base/project.ts'
import { openRequest, type RemoteEndpoint } from './remote-endpoint.ts'

/** Milliseconds after which a person would think that nothing happens. */
const usualLimitMs = 8000
const maxAnswerBytes = 1024 * 1024

interface Answer {
  readonly status: number
  readonly text: string
}

/** Finds out what answers there. Changes nothing, keeps nothing open, and never rejects. */
export async function probeHost(endpoint: RemoteEndpoint, limitMs: number = usualLimitMs): Promise<TestOutcome> {
  try {
    return judge(await ask(endpoint, limitMs), endpoint)
  } catch (error) {
    return judgeFailure(error as NodeJS.ErrnoException, limitMs)
  }
}

function ask(endpoint: RemoteEndpoint, limitMs: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = openRequest(endpoint, { path: '/api/status', headers: { accept: 'application/json' }, agent: false })
  const timer = setTimeout(() => sent.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })), limitMs)
  sent.on('close', () => clearTimeout(timer))
  sent.on('error', reject)
  sent.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (piece: string) => {
      text += piece
      if (text.length > maxAnswerBytes) sent.destroy(Object.assign(new Error('endless'), { code: 'HPE_ENDLESS' }))
    })
    response.on('error', reject)
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
  })
  sent.end()
  return promise
}

function judge({ status, text }: Answer, endpoint: RemoteEndpoint): TestOutcome {
  const body = parsed(text)
  const isOurs = typeof body?.code === 'string' && typeof body.detail === 'string'
  if (status === 401 && isOurs) {
    const given = endpoint.kind === 'address' && endpoint.token !== ''
    return { kind: given ? 'wrong-token' : 'needs-token', reason: String(body?.detail) }
  }
  if (status === 403 && isOurs) return { kind: 'refused', reason: String(body?.detail) }
  if (isOurs && status >= 500) return { kind: 'unreachable', reason: String(body?.detail) }
  const { version: own } = findProject()
  const known = statusOutput.safeParse(body)
  if (!known.success) {
    const looksLikeOurs = typeof body?.version === 'string' && typeof body.dataFolder === 'string'
    if (status === 200 && looksLikeOurs) return { kind: 'other-version', version: String(body?.version), own }
    return { kind: 'not-holdfast', reason: `HTTP ${status}` }
  }
  const { hostname, dataFolder, version } = known.data
  if (series(version) !== series(own)) return { kind: 'other-version', version, own }
  return { kind: 'ok', hostname, dataFolder, version }
}

/** Versions of one series understand each other; below 1.0 the second number counts as the first does later. */
const series = (version: string): string => version.split('.').slice(0, 2).join('.')

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function judgeFailure(error: NodeJS.ErrnoException, limitMs: number): TestOutcome {
  const code = error.code ?? ''
  if (code === 'ETIMEDOUT') return { kind: 'unreachable', reason: `ETIMEDOUT, ${limitMs / 1000} s` }
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'refused', reason: code }
  if (code.startsWith('HPE_') || code === 'EPROTO' || code === 'ECONNRESET' || code === 'ENOTSOCK')
    return { kind: 'not-holdfast', reason: code }
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) return { kind: 'certificate', reason: code }
  return { kind: 'unreachable', reason: code || error.message }
}
