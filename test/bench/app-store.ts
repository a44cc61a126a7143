import { join } from 'node:path'
import { systemClock } from '../../src/main/base/clock.ts'
import { openMarker } from '../../src/main/base/data-folder.ts'
import { silentLog } from '../../src/main/base/log.ts'
import { LmdbStore } from '../../src/main/persistence/lmdb-store.ts'
import { HeadlessHost } from '../e2e/support/headless-host.ts'
import type { Place } from '../e2e/support/places.ts'
import { fillByRestore } from './built-store.ts'

const digits = (value: number, length: number): string => String(value).padStart(length, '0')

/** Keys as plants have them, in their order: a hundred sites of ten lines of a hundred sensors. */
export function sensorKey(index: number, records: number): string {
  const perSensor = Math.ceil(records / 100_000)
  const sensor = Math.floor(index / perSensor)
  const site = digits(Math.floor(sensor / 1000), 2)
  const line = Math.floor(sensor / 100) % 10
  return `site-${site}:line-${line}:sensor-${digits(sensor % 100, 2)}:${digits(index % perSensor, 6)}`
}

/** Fills the data folder of a place with so many small records; a host has then run on it and stopped. */
export async function fillPlace(place: Place, records: number): Promise<void> {
  await (await HeadlessHost.start(place, 'off')).stop()
  const { storeId, nodeId } = await openMarker(place.dataFolder, systemClock)
  const store = await LmdbStore.open({
    databaseFolder: join(place.dataFolder, 'db'),
    journalFolder: join(place.dataFolder, 'journal'),
    storeId,
    nodeId,
    clock: systemClock,
    log: silentLog,
  })
  const content = {
    keyAt: (index: number) => sensorKey(index, records),
    valueAt: (index: number) => Buffer.from(`{"celsius":${index % 100}.5}`),
  }
  await fillByRestore(store, { storeId, records, ...content })
  await store.close()
}
