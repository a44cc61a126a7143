import type { ErrorsFormat } from './import-source.ts'

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** A line for each record that failed, its reason in a comment before it. */
export const ndjsonErrors: ErrorsFormat = {
  ending: 'ndjson',
  head: () => '',
  item: (raw, reason) => `# ${oneLine(reason)}\n${raw === undefined ? '' : `${raw}\n`}`,
  separator: '',
  tail: '',
}
