import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiscoveredHost } from '../../contract/shell.ts'
import { lookForHostRecord } from '../base/host-record.ts'

const maxFolders = 64
const usualSocket = /\/run\/holdfast\.sock$/

/**
 * The hosts of other processes on this machine: those that run on the folders which are known, and, where the system lists its sockets
 * (Linux), those that listen at the usual place of any folder this user can read. Never rejects.
 */
export async function discoverHosts(knownFolders: readonly string[]): Promise<DiscoveredHost[]> {
  const folders = [...new Set([...knownFolders, ...(await foldersWithSockets())])].slice(0, maxFolders)
  const found = await Promise.all(folders.map(hostOn))
  return found.filter((host) => host !== undefined && host.pid !== process.pid) as DiscoveredHost[]
}

async function hostOn(dataFolder: string): Promise<DiscoveredHost | undefined> {
  const record = await lookForHostRecord(dataFolder)
  return record?.socket ? { socket: record.socket, dataFolder, pid: record.pid } : undefined
}

async function foldersWithSockets(): Promise<string[]> {
  if (process.platform !== 'linux') return []
  try {
    const paths = (await readFile('/proc/net/unix', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/).slice(7).join(' '))
    return paths.filter((path) => usualSocket.test(path)).map((path) => dirname(dirname(path)))
  } catch {
    // A system that hides its sockets: then only the known folders are looked at.
    return []
  }
}
