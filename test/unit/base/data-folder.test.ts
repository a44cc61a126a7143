import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/main/base/clock.ts'
import { claimDataFolder, defaultDataFolder, inspectDataFolder, openMarker } from '../../../src/main/base/data-folder.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { openToken } from '../../../src/main/base/token-file.ts'

let root: string
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-data-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('the data folder', () => {
  it('is made private, and keeps who it is', async () => {
    const folder = await claimDataFolder(join(root, 'a', 'b'), silentLog)
    expect(await modeOf(folder)).toBe('700')
    const marker = await openMarker(folder, systemClock)
    expect(await openMarker(folder, systemClock)).toEqual(marker)
    await inspectDataFolder(folder)
  })

  it.runIf(process.platform === 'linux')('that can never be made is refused in a moment, however deep it would lie', async () => {
    for (const folder of ['/proc/holdfast', '/proc/holdfast/deep/er']) {
      await expect(claimDataFolder(folder, silentLog)).rejects.toMatchObject({
        code: 'foreign_folder',
        message: expect.stringContaining(`${folder} cannot be used as a data folder: it cannot be made (ENOENT)`),
      })
    }
    await writeFile(join(root, 'file'), '')
    await expect(claimDataFolder(join(root, 'file', 'below'), silentLog)).rejects.toMatchObject({
      message: expect.stringContaining('ENOTDIR'),
    })
  })

  it('of ours that others can enter is tightened, with a warning', async () => {
    const folder = join(root, 'open')
    await mkdir(folder)
    await chmod(folder, 0o755)
    const warnings: string[] = []
    await claimDataFolder(folder, { ...silentLog, warn: (_facts, sentence) => warnings.push(sentence) })
    expect(await modeOf(folder)).toBe('700')
    expect(warnings).toHaveLength(1)
  })

  it('is the same through a symbolic link', async () => {
    const folder = await claimDataFolder(join(root, 'real'), silentLog)
    await symlink(folder, join(root, 'link'))
    expect(await claimDataFolder(join(root, 'link'), silentLog)).toBe(folder)
  })

  it('that holds something else is refused and stays as it was', async () => {
    const folder = join(root, 'photos')
    await mkdir(folder)
    await chmod(folder, 0o755)
    await writeFile(join(folder, 'cat.jpg'), 'x')
    await expect(inspectDataFolder(folder)).rejects.toMatchObject({ code: 'foreign_folder' })
    expect(await modeOf(folder)).toBe('755')
    expect(await readdir(folder)).toEqual(['cat.jpg'])
  })

  it('may hold a configuration before its first start', async () => {
    await writeFile(join(root, 'holdfast.toml'), '')
    await expect(inspectDataFolder(root)).resolves.toBeUndefined()
  })

  it('with a database and no marker is refused: whose it is cannot be told', async () => {
    await mkdir(join(root, 'db'))
    await expect(inspectDataFolder(root)).rejects.toMatchObject({ code: 'foreign_folder' })
  })

  it('from a newer format is refused untouched', async () => {
    const marker = JSON.stringify({ product: 'holdfast', format: 2, whatever: true })
    await writeFile(join(root, 'holdfast.json'), marker)
    await expect(inspectDataFolder(root)).rejects.toMatchObject({ code: 'newer_format' })
    expect(await readdir(root)).toEqual(['holdfast.json'])
    expect(await readFile(join(root, 'holdfast.json'), 'utf8')).toBe(marker)
  })

  it.each(['', '{', '{}', '{"product":"other","format":1}'])('with the marker %j is not ours', async (text) => {
    await writeFile(join(root, 'holdfast.json'), text)
    await expect(inspectDataFolder(root)).rejects.toMatchObject({ code: 'foreign_folder' })
  })

  it('whose marker has one flipped bit is damaged, and that is said', async () => {
    await openMarker(root, systemClock)
    await writeFile(join(root, 'token'), '')
    const marker = await readFile(join(root, 'holdfast.json'))
    const at = marker.indexOf('nodeId') + 12
    marker[at] = (marker[at] as number) ^ 1
    await writeFile(join(root, 'holdfast.json'), marker)
    await expect(inspectDataFolder(root)).rejects.toMatchObject({ code: 'store_damaged' })
  })

  it('that is a file is refused', async () => {
    await writeFile(join(root, 'file'), '')
    await expect(inspectDataFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'foreign_folder' })
  })

  it('is in the usual place of each system unless HOLDFAST_DATA says otherwise', () => {
    expect(defaultDataFolder({ HOLDFAST_DATA: '/x' }, 'linux')).toBe('/x')
    expect(defaultDataFolder({}, 'linux')).toMatch(/\.local\/share\/holdfast$/)
    expect(defaultDataFolder({ XDG_DATA_HOME: '/d' }, 'linux')).toBe('/d/holdfast')
    expect(defaultDataFolder({}, 'darwin')).toMatch(/Library\/Application Support\/holdfast$/)
  })
})

describe('the token', () => {
  it('is made once, private, and kept', async () => {
    const token = await openToken(root, silentLog)
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(await modeOf(join(root, 'token'))).toBe('600')
    expect(await openToken(root, silentLog)).toBe(token)
  })

  it('that others could read is tightened', async () => {
    const token = await openToken(root, silentLog)
    await chmod(join(root, 'token'), 0o644)
    expect(await openToken(root, silentLog)).toBe(token)
    expect(await modeOf(join(root, 'token'))).toBe('600')
  })

  it('that is none is an error, not a new one', async () => {
    await writeFile(join(root, 'token'), 'short\n')
    await expect(openToken(root, silentLog)).rejects.toMatchObject({ code: 'config_invalid' })
  })
})
