import { describe, expect, test } from 'vitest'
import { dictionaryPrefix } from '../../../src/main/persistence/dictionary-entry.ts'
import { dictionaryOf } from '../../../src/main/persistence/dictionary-maker.ts'
import { payloadOf, writeChecksum, writeHeaderCheck } from '../../../src/main/persistence/record-header.ts'
import { archiveBytes, rawRecord, walkWhole } from './setup.ts'

const { id, sha256, bytes } = dictionaryOf(Buffer.from('what stands in the dictionary need not stand in the value again'))
const entry = (head: number, body: Buffer) => ({
  key: dictionaryPrefix + sha256,
  value: Buffer.concat([Buffer.from([head]), Buffer.alloc(8), body]),
})

/** As if it had been compressed with this dictionary. */
function needing(dictionaryId: number) {
  const { key, record } = rawRecord('b', Buffer.from('value'))
  record.writeUInt32LE(dictionaryId, 46)
  writeHeaderCheck(record, record.readUInt16LE(2))
  writeChecksum(key, record, payloadOf(record))
  return { key, record }
}

const walk = async (system: readonly { key: string; value: Buffer }[]) =>
  walkWhole(await archiveBytes([rawRecord('a', Buffer.from('plain')), needing(id)], system))

describe('a backup', () => {
  test('without a dictionary that one of its records needs is damaged, and says which', async () => {
    const { damages } = await walk([])
    expect(damages).toMatchObject([
      { part: 'chunks/000001.zst', what: expect.stringMatching(/"b" was compressed with the dictionary .* does not hold/) },
    ])
  })

  test('whose dictionary has other bytes than its name says, or is cut off, is damaged too', async () => {
    expect((await walk([entry(0, Buffer.from('other bytes'))])).damages).toHaveLength(1)
    expect((await walk([{ ...entry(0, bytes), value: Buffer.alloc(4) }])).damages).toHaveLength(1)
    expect((await walk([{ ...entry(0, bytes), key: `${dictionaryPrefix}zz` }])).damages).toHaveLength(1)
  })

  test('with its dictionary is sound, also where that is encrypted and only its name can be read', async () => {
    expect((await walk([entry(0, bytes)])).damages).toEqual([])
    expect((await walk([entry(1, Buffer.from('sealed'))])).damages).toEqual([])
  })
})
