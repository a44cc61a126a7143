import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { activityTargetSchema, actorSchema } from '../../contract/index.ts'
import { syncFolder } from '../base/durable-file.ts'
import type { PackMeans } from '../persistence/pack-means.ts'
import { decodeKept, encodeKept, type KeptChange } from './kept-change.ts'
import { encodeFrame, type FrameKind, type FramePlace, findFrames, frameKinds, magic, readAt, readFrame } from './safety-frame.ts'

const headerSchema = z.object({
  format: z.number().int(),
  id: z.string(),
  atMs: z.number(),
  action: z.string(),
  actor: actorSchema,
  target: activityTargetSchema.optional(),
})
/** What the act was: enough to list it when nothing else remembers it. */
export type SafetyHeader = Omit<z.output<typeof headerSchema>, 'format'>

/** Of the kept frame `frame`, in its order: the version that the change made, null where it left the record absent, false where it did not happen. */
const changedSchema = z.object({ frame: z.number().int(), outcomes: z.array(z.union([z.string(), z.null(), z.literal(false)])) })
export type ChangeOutcome = string | null | false
const undoneSchema = z.object({ by: z.string(), atMs: z.number() })

const format = 1

/** What lies in a safety point. */
export interface SafetyContents {
  readonly header: SafetyHeader
  readonly kept: readonly FramePlace[]
  /** By number of the kept frame. Missing: it is not known whether the change happened. */
  readonly outcomes: ReadonlyMap<number, readonly ChangeOutcome[]>
  readonly isEnded: boolean
  readonly undone: { readonly by: string; readonly atMs: number } | undefined
  /** Something behind the sound part cannot be read; nothing may be written there. */
  readonly isDamaged: boolean
  readonly bytes: number
}

/** One safety point on disk. Appends go one after the other. */
export class SafetyFile {
  readonly path: string
  readonly #file: FileHandle
  readonly #means: PackMeans | undefined
  #end: number

  private constructor(path: string, file: FileHandle, end: number, means: PackMeans | undefined) {
    this.path = path
    this.#file = file
    this.#means = means
    this.#end = end
  }

  /** Nothing of it is durable before `append` with `sync`. */
  static async create(path: string, header: SafetyHeader, means?: PackMeans): Promise<SafetyFile> {
    const file = await open(path, 'wx+', 0o600)
    const created = new SafetyFile(path, file, 0, means)
    try {
      const first = await encodeFrame(frameKinds.header, Buffer.from(JSON.stringify({ format, ...header })))
      await created.#write(Buffer.concat([magic, first]))
      await syncFolder(dirname(path))
      return created
    } catch (error) {
      await created.remove()
      throw error
    }
  }

  /** Opens one that was left; a frame whose write was cut off is taken away. Undefined when its beginning cannot be understood. */
  static async open(path: string, means?: PackMeans): Promise<{ file: SafetyFile; contents: SafetyContents } | undefined> {
    const handle = await open(path, 'r+')
    try {
      const contents = await readContents(handle)
      if (contents !== undefined) return { file: new SafetyFile(path, handle, contents.bytes, means), contents }
      await handle.close()
      return undefined
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get bytes(): number {
    return this.#end
  }

  /** Durable when it resolves. */
  async keep(changes: readonly KeptChange[]): Promise<void> {
    await this.#write(await encodeFrame(frameKinds.kept, encodeKept(changes), this.#means))
    await this.#file.datasync()
  }

  /** Written, not synced: when it is lost, it is found out from the records themselves. */
  noteChanged(frame: number, outcomes: readonly ChangeOutcome[]): Promise<void> {
    return this.#append(frameKinds.changed, Buffer.from(JSON.stringify({ frame, outcomes })))
  }

  noteEnded(): Promise<void> {
    return this.#append(frameKinds.ended, Buffer.from('{}'))
  }

  async noteUndone(by: string, atMs: number): Promise<void> {
    await this.#append(frameKinds.undone, Buffer.from(JSON.stringify({ by, atMs })))
    await this.#file.datasync()
  }

  /** Undefined when the frame is damaged. */
  async readKept(place: FramePlace): Promise<KeptChange[] | undefined> {
    const content = await readFrame(this.#file, place, this.#means)
    return content && decodeKept(content)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.path, { force: true })
  }

  async #append(kind: FrameKind, content: Buffer): Promise<void> {
    await this.#write(await encodeFrame(kind, content))
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      let done = 0
      while (done < bytes.length) done += (await this.#file.write(bytes, done, bytes.length - done, this.#end + done)).bytesWritten
    } catch (error) {
      // The next append goes where this one began; half a frame must not lie there until then.
      await this.#file.truncate(this.#end).catch(() => {})
      throw error
    }
    this.#end += bytes.length
  }
}

async function readContents(file: FileHandle): Promise<SafetyContents | undefined> {
  if (!(await readAt(file, 0, magic.length)).equals(magic)) return undefined
  const { frames, end, isTorn, isDamaged } = await findFrames(file)
  const [first, ...rest] = frames
  const header = headerSchema.safeParse(first && (await readJson(file, first)))
  if (first?.kind !== frameKinds.header || !header.success || header.data.format !== format) return undefined
  if (isTorn) await file.truncate(end)
  const outcomes = new Map<number, readonly ChangeOutcome[]>()
  for (const place of rest.filter(({ kind }) => kind === frameKinds.changed)) {
    const changed = changedSchema.safeParse(await readJson(file, place))
    if (changed.success) outcomes.set(changed.data.frame, changed.data.outcomes)
  }
  const undone = rest.findLast(({ kind }) => kind === frameKinds.undone)
  const { format: _, ...facts } = header.data
  return {
    header: facts,
    kept: rest.filter(({ kind }) => kind === frameKinds.kept),
    outcomes,
    isEnded: rest.some(({ kind }) => kind === frameKinds.ended),
    undone: undone && undoneSchema.safeParse(await readJson(file, undone)).data,
    isDamaged,
    bytes: end,
  }
}

async function readJson(file: FileHandle, place: FramePlace): Promise<unknown> {
  const content = await readFrame(file, place)
  try {
    return content && JSON.parse(content.toString('utf8'))
  } catch {
    return undefined
  }
}
