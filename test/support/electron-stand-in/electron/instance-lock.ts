import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'

/** One app per profile: a file with the owner's pid, and a socket on which later ones say that they were started. */
export class InstanceLock {
  readonly #onSecond: (argv: string[], workingFolder: string) => void
  #file: string | undefined
  #server: Server | undefined
  /** Settles when the first instance has been told of this one. */
  told: Promise<void> = Promise.resolve()

  constructor(onSecond: (argv: string[], workingFolder: string) => void) {
    this.#onSecond = onSecond
  }

  get held(): boolean {
    return this.#file !== undefined
  }

  acquire(profile: string): boolean {
    const file = join(profile, 'SingletonLock')
    mkdirSync(dirname(file), { recursive: true })
    if (this.#take(file)) return true
    if (isAlive(Number(readFileSync(file, 'utf8')))) {
      this.told = tell(`${file}.sock`)
      return false
    }
    rmSync(file, { force: true })
    return this.#take(file)
  }

  release(): void {
    if (this.#file === undefined) return
    this.#server?.close()
    rmSync(`${this.#file}.sock`, { force: true })
    rmSync(this.#file, { force: true })
    this.#file = undefined
  }

  #take(file: string): boolean {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
    } catch {
      return false
    }
    rmSync(`${file}.sock`, { force: true })
    this.#file = file
    this.#server = createServer((socket) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => {
        const { argv, workingFolder } = JSON.parse(text) as { argv: string[]; workingFolder: string }
        this.#onSecond(argv, workingFolder)
      })
    })
    this.#server.listen(`${file}.sock`)
    this.#server.unref()
    return true
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function tell(socketPath: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.end(JSON.stringify({ argv: process.argv, workingFolder: process.cwd() })))
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
  })
}
