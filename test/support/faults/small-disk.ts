import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const piece = Buffer.alloc(64 * 1024, 0xa5)

/**
 * A disk in memory of a given size, which can run full. Root mounts it; everybody else has it in a user namespace of their own, in which the host then
 * runs too. `folder` is where the host sees it; `outside` where this process does.
 */
export class SmallDisk {
  readonly folder: string
  readonly outside: string
  /** The command that a process which is to see the disk is run by. */
  readonly within: readonly string[]
  readonly #holder: ChildProcess | undefined

  private constructor(folder: string, holder: ChildProcess | undefined) {
    this.folder = folder
    this.#holder = holder
    this.outside = holder ? `/proc/${holder.pid}/root${folder}` : folder
    this.within = holder ? ['nsenter', '--preserve-credentials', '-U', '-m', '-t', String(holder.pid), '--'] : []
  }

  /** `folder` exists and is empty. */
  static async make(folder: string, megabytes: number): Promise<SmallDisk> {
    const mount = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'holdfast-test', folder]
    const wantsNamespace = process.env.HOLDFAST_DISK === 'namespace'
    if (!wantsNamespace && process.getuid?.() === 0 && spawnSync('mount', mount).status === 0) return new SmallDisk(folder, undefined)
    const script = `mount ${mount.join(' ')} && echo mounted && exec sleep 100000`
    const holder = spawn('unshare', ['-Urm', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] })
    await mounted(holder)
    return new SmallDisk(folder, holder)
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.outside)
    return bavail * bsize
  }

  /** Takes space until only so much is left. */
  fill(leaveBytes: number): void {
    const file = openSync(join(this.outside, 'ballast'), 'a')
    try {
      for (let free = this.freeBytes; free > leaveBytes; free = this.freeBytes)
        writeSync(file, piece, 0, Math.min(piece.length, free - leaveBytes))
      fsyncSync(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  free(): void {
    rmSync(join(this.outside, 'ballast'), { force: true })
  }

  /** Every process that uses it has ended. */
  remove(): void {
    if (this.#holder) this.#holder.kill('SIGKILL')
    else execFileSync('umount', [this.folder])
  }
}

function mounted(holder: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = ''
    holder.stderr?.on('data', (text) => {
      errors += text
    })
    holder.stdout?.once('data', () => resolve())
    holder.once('close', (code) =>
      reject(
        new Error(
          `No small disk can be made here: neither mount as root nor a user namespace works (${code}: ${errors.trim()}). Run the tests as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1).`,
        ),
      ),
    )
  })
}
