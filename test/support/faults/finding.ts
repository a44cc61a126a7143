const mostShown = 20

/** Something is wrong with the host, said with all that is needed to have it again. */
export class Finding extends Error {
  override readonly name = 'Finding'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], facts: { where: string; replay: string; folder: string }) {
    const shown = problems.slice(0, mostShown).map((problem) => `  - ${problem}`)
    const more = problems.length > mostShown ? [`  … and ${problems.length - mostShown} more`] : []
    const lines = [
      `${facts.where}: ${problems.length} wrong`,
      ...shown,
      ...more,
      `Have it again: ${facts.replay}`,
      `With HOLDFAST_KEEP=1 ${facts.folder} is kept.`,
    ]
    super(lines.join('\n'))
    this.problems = problems
  }
}
