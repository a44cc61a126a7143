// The peer of P18: what node:http does with nothing behind it but a Map. Started as a process of its own with the path of its socket.
import { createServer } from 'node:http'

const values = new Map<string, Buffer>()
const server = createServer((request, response) => {
  const key = request.url ?? ''
  if (request.method === 'GET') {
    const value = values.get(key)
    response.writeHead(value ? 200 : 404, { 'content-type': 'application/octet-stream', 'content-length': value?.length ?? 0 })
    response.end(value)
    return
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    values.set(key, Buffer.concat(parts))
    response.writeHead(200, { 'content-length': 0 })
    response.end()
  })
})
server.listen(process.argv[2], () => console.log(JSON.stringify({ ready: true })))
