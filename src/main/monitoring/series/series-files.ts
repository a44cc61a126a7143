import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../base/log.ts'
import { AnnotationLog } from './annotation-log.ts'
import { seriesNames } from './figures.ts'
import type { Ring } from './ring.ts'
import { RingFile } from './ring-file.ts'
import type { RingShape } from './ring-layout.ts'

const shapes = {
  seconds: { stepSeconds: 1, slots: 3600, cellFloats: 1, columns: seriesNames },
  minutes: { stepSeconds: 60, slots: 7 * 24 * 60, cellFloats: 4, columns: seriesNames },
  hours: { stepSeconds: 3600, slots: 731 * 24, cellFloats: 4, columns: seriesNames },
} as const satisfies Record<string, RingShape>

/** The series of a host at three resolutions, and what happened meanwhile. */
export interface SeriesFiles {
  readonly seconds: RingFile
  readonly minutes: RingFile
  readonly hours: RingFile
  readonly annotations: AnnotationLog
}

/** Finest first. */
export const ringsOf = ({ seconds, minutes, hours }: SeriesFiles): readonly Ring[] => [seconds.ring, minutes.ring, hours.ring]

export function seriesInMemory(log: Log): SeriesFiles {
  return {
    seconds: RingFile.inMemory(shapes.seconds, log),
    minutes: RingFile.inMemory(shapes.minutes, log),
    hours: RingFile.inMemory(shapes.hours, log),
    annotations: AnnotationLog.inMemory(log),
  }
}

/** Never rejects: what cannot be opened is kept in memory. */
export async function openSeries(folder: string, log: Log): Promise<SeriesFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) =>
    log.warn({ err: error, folder }, 'The folder of the series cannot be made.'),
  )
  const ring = (name: keyof typeof shapes) => RingFile.open(join(folder, `${name}.hfs`), shapes[name], log)
  const [seconds, minutes, hours] = [await ring('seconds'), await ring('minutes'), await ring('hours')]
  return { seconds, minutes, hours, annotations: await AnnotationLog.open(join(folder, 'annotations.json'), log) }
}
