/** One line of the performance table: Holdfast and its peer do the same work in turns, and only their ratio counts. */
export interface Row {
  /** As in docs/performance.md: P3, P18a … */
  readonly id: string
  readonly workload: string
  readonly peer: string
  readonly unit: 'operations/s' | 'ms' | 'MB/s' | 'MiB' | 'KiB'
  readonly goal: Goal
  /** A program beside Node: the row is run with `--peers` only. */
  readonly needs?: 'restic' | 'chromium-headless-shell' | 'redis-server'
  /** Makes both contenders ready in an empty folder. */
  prepare(folder: string): Promise<Contest>
}

export type Goal =
  /** Of Holdfast's figure divided by its peer's. */
  | { readonly atLeast: number }
  | { readonly atMost: number }
  /** Of the difference, in the row's unit. */
  | { readonly atMostMore: number }
  /** Of Holdfast's own figure, whatever the peer's. */
  | { readonly reaches: number }

export interface Contest {
  /** One round each: the figure in the row's unit. `round` counts from 0; both get the same numbers, so that they do the same work. */
  ours(round: number): Promise<number>
  peers(round: number): Promise<number>
  close(): Promise<void>
}

export interface Outcome {
  readonly ours: Spread
  readonly peers: Spread
  /** Of the ratios of each round's pair; of their differences where the goal is one. */
  readonly ratio: Spread
  readonly met: boolean
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  return { median: median ?? Number.NaN, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN }
}

/** Runs a row: one round of each to warm up, then `rounds` pairs whose order alternates. */
export async function runRow(row: Row, folder: string, rounds: number): Promise<Outcome> {
  const contest = await row.prepare(folder)
  try {
    await contest.ours(0)
    await contest.peers(0)
    const ours: number[] = []
    const peers: number[] = []
    for (let round = 1; round <= rounds; round++) {
      const turns = [async () => ours.push(await contest.ours(round)), async () => peers.push(await contest.peers(round))]
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn()
    }
    const compare = 'atMostMore' in row.goal ? (our: number, peer: number) => our - peer : (our: number, peer: number) => our / peer
    const ratio = spreadOf(ours.map((value, index) => compare(value, peers[index] ?? Number.NaN)))
    return { ours: spreadOf(ours), peers: spreadOf(peers), ratio, met: isMet(row.goal, spreadOf(ours), ratio) }
  } finally {
    await contest.close()
  }
}

function isMet(goal: Goal, ours: Spread, ratio: Spread): boolean {
  if ('atLeast' in goal) return ratio.median >= goal.atLeast
  if ('atMost' in goal) return ratio.median <= goal.atMost
  if ('atMostMore' in goal) return ratio.median <= goal.atMostMore
  return ours.median >= goal.reaches
}
