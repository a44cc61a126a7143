import type { SpaceReport, SpaceUsage } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes } from '../failure.ts'
import { runJob } from '../job-watch.ts'
import { print, printJson } from '../terminal.ts'
import { bytesText, countText, numberText, plainText, tableText, tabText } from '../text.ts'

/** Without a prefix what lies where and what can be freed; with one, or with --prefixes, which prefixes and ages take how much. */
export async function space(call: Call): Promise<number> {
  const { host, json, parsed, terminal } = call
  const [prefix] = parsed.arguments
  const isExact = parsed.flags.has('exact')
  if (prefix === undefined && !isExact && !parsed.flags.has('prefixes')) return showReport(call)
  const input = { prefix: prefix ?? '' }
  if (isExact) {
    const job = await host.call('space.measure', input)
    return runJob(call, job, (result) => usageText(result as unknown as SpaceUsage, call))
  }
  const usage = await host.call('space.usage', input)
  if (json) printJson(terminal, usage)
  else print(terminal, usageText(usage, call))
  return exitCodes.ok
}

export async function compact(call: Call): Promise<number> {
  const job = await call.host.call('space.compact', {})
  return runJob(call, job, ({ beforeBytes, afterBytes }) => {
    return `The database takes ${bytesText(Number(afterBytes))} now; it took ${bytesText(Number(beforeBytes))} before.`
  })
}

async function showReport({ host, json, terminal }: Call): Promise<number> {
  const report = await host.call('space.get', {})
  if (json) printJson(terminal, report)
  else {
    const rows = report.parts.map(({ part, bytes, folder }) => [part, bytes === null ? 'unknown' : bytesText(bytes), plainText(folder)])
    const table = terminal.outputIsTty ? tableText(['WHAT', 'SIZE', 'FOLDER'], rows, terminal.columns) : tabText(rows)
    print(terminal, [table, ...freeable(report)].join('\n'))
  }
  return exitCodes.ok
}

function freeable({ database, reclaimable, readers }: SpaceReport): string[] {
  const { compaction, expiry } = reclaimable
  const lines = [`Of the database ${bytesText(database.usedBytes)} hold something, ${bytesText(database.freeBytes)} are used again.`]
  if (compaction.bytes > 0) {
    const gain = `Compaction would win at least ${bytesText(compaction.bytes)}: holdfast compact`
    lines.push(compaction.possible ? gain : `${gain}; it needs ${bytesText(compaction.neededBytes)} free meanwhile, which are not there`)
  }
  if (expiry.records > 0)
    lines.push(
      `${countText(expiry.records, 'record')} ${expiry.records === 1 ? 'has' : 'have'} expired (about ${bytesText(expiry.bytes)}); the next sweep deletes them.`,
    )
  if (readers.pinnedBytes !== null && readers.pinnedBytes > 0)
    lines.push(`Readers of old states keep ${bytesText(readers.pinnedBytes)} from being used again: ${holderText(readers)}.`)
  return lines
}

const holderText = ({ holders }: SpaceReport['readers']): string =>
  holders.length === 0
    ? 'something in this host'
    : holders.map(({ holder, processId }) => (processId === undefined ? holder : `process ${processId}`)).join(', ')

function usageText({ total, items, others, exact, every }: SpaceUsage, { terminal }: Call): string {
  const rows = items.map(({ prefix, rest, records, bytes, valueBytes }) => [
    `${plainText(prefix)}${rest ? '(directly)' : ''}`,
    numberText(records),
    bytesText(bytes),
    bytesText(valueBytes),
  ])
  if (others.items > 0) {
    rows.push([`${countText(others.items, 'other')}`, numberText(others.records), bytesText(others.bytes), bytesText(others.valueBytes)])
  }
  if (!terminal.outputIsTty) return tabText(rows)
  const sentence = exact ? 'Every record was looked at.' : `About: one of ${numberText(every)} records was looked at; --exact looks at all.`
  return [
    tableText(['PREFIX', 'RECORDS', 'STORED', 'VALUES'], rows, terminal.columns),
    `${countText(total.records, 'record')}, ${bytesText(total.bytes)}. ${sentence}`,
  ].join('\n')
}
