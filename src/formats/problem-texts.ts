import type { Problem } from './problem.ts'

/** Why an item makes no record, in English: for the command line, and as the first language of the app. */
export const problemTexts = {
  'problem.damaged-text': 'Has bytes that mean nothing in this encoding; choose another encoding.',
  'problem.column-count': 'Has {{found}} cells where there are {{expected}} columns.',
  'problem.open-quote': 'A quote is opened and never closed.',
  'problem.bad-quote': 'A quote stands in the middle of a cell; inside of quotes it is written twice.',
  'problem.no-key-part': 'Has no {{column}}, which the key needs.',
  'problem.not-number': '{{column}}: “{{value}}” is not a number.',
  'problem.long-number': '{{column}}: “{{value}}” has more digits than a number keeps; import the column as text.',
  'problem.not-boolean': '{{column}}: “{{value}}” is neither true nor false.',
  'problem.not-json': '{{column}}: this is not valid JSON.',
  'problem.not-ttl': '{{column}}: “{{value}}” is not a whole number of seconds.',
  'problem.broken-json': 'This is not valid JSON.',
  'problem.not-object': 'This is not an object.',
  'problem.not-record': 'This is not an object with key and value.',
  'problem.cut-off': 'The file ends in the middle of this.',
  'problem.behind-end': 'The list ends before this; what stands here and behind it is not read. Import it as a file of its own.',
} as const

/** The sentence with its values. */
export function describeProblem(problem: Problem): string {
  if (problem.code === 'refused') return problem.detail
  const values: Readonly<Record<string, string | number>> = { ...problem }
  return problemTexts[`problem.${problem.code}`].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''))
}
