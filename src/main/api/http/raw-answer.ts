import type { Socket } from 'node:net'
import { type ErrorCode, errorCodes } from '../../../contract/index.ts'

const lingerMs = 1000

const phrases: Record<number, string> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
}

/**
 * Answers on a connection for which node has no response object (nothing that could be understood came), and ends it. What still comes is
 * read for a moment, since closing on unread bytes would reset the connection before the client has read the answer.
 */
export function answerRaw(
  socket: Socket,
  code: ErrorCode,
  detail: string,
  options: { status?: number; id: string; headers?: string[] },
): void {
  const { title, retryable, status: usual } = errorCodes[code]
  const status = options.status ?? usual
  const body = JSON.stringify({ code, title, detail, status, retryable })
  const head = [
    `HTTP/1.1 ${status} ${phrases[status] ?? 'Error'}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `Holdfast-Request-Id: ${options.id}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    ...(status === 503 ? ['Retry-After: 1'] : []),
    ...(options.headers ?? []),
  ]
  const destroy = () => socket.destroy()
  const timer = setTimeout(destroy, lingerMs)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
  socket.once('end', destroy)
  socket.on('error', destroy)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.resume()
}
