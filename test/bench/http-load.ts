// The load of P18, in a process of its own: keep-alive connections over a unix socket, one request in flight on each, read by the lightest client
// that is still right (it counts whole answers by their Content-Length). Prints answers a second.
import { createConnection, type Socket } from 'node:net'

const [socketPath = '', method = 'GET', connectionsText = '64', durationText = '2000', seedText = '1'] = process.argv.slice(2)
const connections = Number(connectionsText)
const durationMs = Number(durationText)
const keys = 10_000
const value = Buffer.alloc(1024, 'holdfast ')

let done = 0
let failed = 0
let turn = Number(seedText) * 7919
const startedAt = performance.now()

function nextRequest(): Buffer {
  const key = `reading:${String(turn++ % keys).padStart(9, '0')}`
  const head = `${method} /api/data/${key} HTTP/1.1\r\nHost: holdfast\r\n`
  if (method === 'GET') return Buffer.from(`${head}\r\n`, 'latin1')
  return Buffer.concat([
    Buffer.from(`${head}Content-Type: application/octet-stream\r\nContent-Length: ${value.length}\r\n\r\n`, 'latin1'),
    value,
  ])
}

function drive(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let buffered: Buffer = Buffer.alloc(0)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
      const headEnd = buffered.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = buffered.toString('latin1', 0, headEnd)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (buffered.length < headEnd + 4 + length) return
      buffered = buffered.subarray(headEnd + 4 + length)
      if (head.startsWith('HTTP/1.1 2')) done++
      else failed++
      if (performance.now() - startedAt >= durationMs) {
        socket.end()
        resolve()
      } else socket.write(nextRequest())
    })
    socket.on('connect', () => socket.write(nextRequest()))
  })
}

await Promise.all(Array.from({ length: connections }, () => drive(createConnection(socketPath))))
const seconds = (performance.now() - startedAt) / 1000
console.log(JSON.stringify({ perSecond: done / seconds, failed }))
