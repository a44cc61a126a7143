/**
 * Flips bits of a database file, one at a time, and reads what is left: a process of its own, because LMDB may end it. Arguments: the sound file, a
 * folder for the damaged copy, a JSON file of [byte, bit]. Prints one line for each: `same`, the code of the refusal, or what is wrong.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { decodeRecord } from '../../../src/main/persistence/record-codec.ts'

const [, , soundFile = '', folder = '', bitsFile = ''] = process.argv
const everything = { from: '', fromExclusive: false, to: undefined }
const bytes = readFileSync(soundFile)
const sound = LmdbEnvironment.open(dirname(soundFile), { readOnly: true })
const state = JSON.stringify(sound.state)
const records = new Map([...sound.records.range(everything, false)].map(({ key, record }) => [key.toString(), record]))
await sound.close()

for (const [place, bit] of JSON.parse(readFileSync(bitsFile, 'utf8')) as [number, number][]) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  flip(place, bit)
  writeFileSync(join(folder, 'data.mdb'), bytes)
  flip(place, bit)
  console.log(await outcome())
}
rmSync(folder, { recursive: true, force: true })
process.exit(0)

function flip(place: number, bit: number): void {
  bytes[place] = (bytes[place] as number) ^ (1 << bit)
}

async function outcome(): Promise<string> {
  let environment: LmdbEnvironment | undefined
  try {
    environment = LmdbEnvironment.open(folder)
    return readAll(environment)
  } catch (error) {
    return error instanceof HoldfastError ? `${error.code} ${error.message}` : `wrong: ${error}`
  } finally {
    await environment?.close()
  }
}

function readAll(environment: LmdbEnvironment): string {
  let damaged = 0
  for (const [key, expected] of records) {
    const found = environment.records.get(key)
    if (found === undefined) return `wrong: ${key} is not found`
    if (!isSound(key, found)) damaged++
    else if (!found.equals(expected)) return `wrong: ${key} differs`
  }
  const keys = [...environment.records.range(everything, false)].map(({ key }) => key.toString())
  if (keys.length !== records.size || !keys.every((key) => records.has(key))) return 'wrong: other keys'
  if (JSON.stringify(environment.state) !== state) return 'wrong: another state'
  return damaged === 0 ? 'same' : `record_damaged ${damaged}`
}

function isSound(key: string, record: Buffer): boolean {
  try {
    decodeRecord(key, record)
    return true
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'record_damaged') return false
    throw error
  }
}
