/** A word that a POSIX shell takes as it stands, whatever it contains. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Writes one record over the socket; works when it is pasted into a terminal of this host. */
export const socketCommand = (socket: string): string =>
  `curl --unix-socket ${shellQuoted(socket)} -X PUT -H 'Content-Type: text/plain' --data 'hello' http://holdfast/api/data/first-key`

/** The same over TCP, with the token read from its file, so that it is neither on the screen nor in the shell's history. */
export const httpCommand = (url: string, dataFolder: string): string => {
  const token = `"Authorization: Bearer $(cat ${shellQuoted(`${dataFolder}/token`)})"`
  return `curl -X PUT -H ${token} -H 'Content-Type: text/plain' --data 'hello' ${url.replace(/\/+$/, '')}/api/data/first-key`
}
