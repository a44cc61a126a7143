/** Where HTTP is answered. Port 0: any free one. */
export interface HttpAddress {
  host: string
  port: number
}

/** Reads `HOST:PORT` (an IPv6 host in brackets) or `off`; undefined when it is neither. Whether the host is loopback is another question. */
export function parseHttpAddress(text: string): HttpAddress | 'off' | undefined {
  if (text === 'off') return 'off'
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port > 65_535 ? undefined : { host, port }
}

export const isLoopbackHost = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
