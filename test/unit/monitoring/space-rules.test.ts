import { describe, expect, test } from 'vitest'
import { worse } from '../../../src/main/monitoring/health-rules.ts'
import { gaugesOf } from '../../../src/main/monitoring/series/figures.ts'
import { judgeSpace } from '../../../src/main/monitoring/space-rules.ts'
import type { SpaceFigures } from '../../../src/main/persistence/space-port.ts'

const MiB = 1024 ** 2
const none = { readers: 0, behind: 0, processIds: [], bytes: 0 }
const figures = (more: Partial<SpaceFigures> = {}): SpaceFigures => ({
  fileBytes: 500 * MiB,
  usedBytes: 400 * MiB,
  pinned: none,
  holds: [],
  sweep: null,
  ...more,
})
const sweep = (reclaimed: number, isPaused = false) => ({
  atMs: 0,
  intervalMs: 30_000,
  reclaimableBytes: 100 * MiB,
  reclaimedBytes: reclaimed * MiB,
  isPaused,
})
const pinned = (MiBs: number, processId = process.pid) => ({ readers: 1, behind: 900, processIds: [processId], bytes: MiBs * MiB })

describe('what makes the database file grow', () => {
  test('is nothing to speak of while readers keep little, or it is not known what they keep', () => {
    for (const one of [none, pinned(40), { ...pinned(0), bytes: null }]) expect(judgeSpace(figures({ pinned: one }))).toBeUndefined()
    expect(judgeSpace(figures({ fileBytes: 2000 * MiB, pinned: pinned(100) }))).toBeUndefined()
  })

  test('is a reader that keeps much, and who it is, is said as far as it is known', () => {
    const held = judgeSpace(figures({ pinned: pinned(100), holds: [{ holder: 'backup', sinceMs: 0 }] }))
    expect(held).toMatchObject({
      level: 'warning',
      code: 'reader_holds_pages',
      facts: { holder: 'backup', behind: 900, pinnedBytes: 100 * MiB },
    })
    expect(held?.reason).toContain('a backup reads a state that is 900 commits old, so 100 MiB')
    expect(judgeSpace(figures({ pinned: pinned(100, process.pid + 1) }))?.facts).toMatchObject({ holder: 'process' })
    expect(judgeSpace(figures({ pinned: pinned(100) }))?.facts).toMatchObject({ holder: 'other' })
  })

  test('is expiry that does not get done, or that the clock keeps from it', () => {
    expect(judgeSpace(figures({ sweep: sweep(96) }))).toBeUndefined()
    expect(judgeSpace(figures({ sweep: sweep(90) }))).toMatchObject({ code: 'expiry_behind', facts: { waitingBytes: 10 * MiB } })
    expect(judgeSpace(figures({ sweep: sweep(0, true) }))).toMatchObject({ code: 'expiry_paused' })
    expect(judgeSpace(figures({ sweep: { ...sweep(0), reclaimableBytes: 1000 } }))).toBeUndefined()
  })

  test('never hides a disk that is worse', () => {
    const full = { level: 'critical', code: 'disk_full', reason: '' } as const
    const warning = judgeSpace(figures({ sweep: sweep(0) }))
    expect(worse(full, warning)).toBe(full)
    expect(worse({ level: 'normal', code: 'room', reason: '' }, warning)).toBe(warning)
  })

  test('C12 is a share of what had expired, and nothing where nothing had', () => {
    const ratioOf = (one: SpaceFigures['sweep']) => gaugesOf(undefined, null, figures({ sweep: one })).expiry_reclaimed_ratio
    expect([ratioOf(sweep(97)), ratioOf({ ...sweep(0), reclaimableBytes: 0 }), ratioOf(null)]).toEqual([0.97, null, null])
  })
})
