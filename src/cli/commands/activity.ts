import type { ActivityEntry } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes } from '../failure.ts'
import { runJob } from '../job-watch.ts'
import { note, print, printJson } from '../terminal.ts'
import { countText, plainText, tableText, tabText, timeText } from '../text.ts'

const usualLimit = 50

export async function listActivity({ host, json, parsed, terminal }: Call): Promise<number> {
  const { actor, action, limit } = parsed.values
  const page = await host.call('activity.list', {
    limit: limit === undefined ? usualLimit : Number(limit),
    undoable: parsed.flags.has('undoable'),
    ...(actor !== undefined && { actor: actor as ActivityEntry['actor']['kind'] }),
    ...(action !== undefined && { action }),
  })
  if (json) printJson(terminal, page)
  else if (!terminal.outputIsTty) {
    if (page.items.length > 0) print(terminal, tabText(page.items.map((entry) => rowOf(entry, entry.at))))
  } else if (page.items.length === 0) note(terminal, 'Nothing was done yet that is listed here.')
  else {
    const rows = page.items.map((entry) => rowOf(entry, timeText(entry.at)))
    print(terminal, tableText(['ID', 'WHEN', 'WHO', 'WHAT', 'OUTCOME', 'UNDO', 'TARGET'], rows, terminal.columns))
  }
  return exitCodes.ok
}

const rowOf = (entry: ActivityEntry, time: string): string[] => [
  entry.id,
  time,
  entry.actor.door === undefined ? entry.actor.kind : `${entry.actor.kind}/${entry.actor.door}`,
  entry.action,
  entry.outcome,
  entry.undo?.state ?? '',
  plainText(entry.target?.key ?? entry.target?.prefix ?? entry.target?.backupId ?? entry.target?.name ?? ''),
]

export async function undo(call: Call): Promise<number> {
  const job = await call.host.call('undo.run', { id: call.parsed.arguments[0] ?? '' })
  return runJob(call, job, (result) => {
    if (job.kind === 'undo-restore') return 'The store is again as it was before.'
    const count = (name: string): number => Number(result[name] ?? 0)
    const parts = [`Put back ${countText(count('restored'), 'record')}`]
    if (count('removed') > 0) parts.push(`removed ${countText(count('removed'), 'record')} again`)
    if (count('left') > 0) parts.push(`left ${countText(count('left'), 'record')} that somebody has written since`)
    if (count('expired') > 0) parts.push(`${countText(count('expired'), 'record')} had expired`)
    if (count('damaged') > 0) parts.push(`${countText(count('damaged'), 'record')} could not be read any more`)
    const refused = Array.isArray(result.failures) ? result.failures : []
    if (count('failed') > 0) parts.push(`${countText(count('failed'), 'record')} did not come back, as an index cannot take them`)
    const reasons = refused.map(({ detail }) => `\n  ${plainText(String(detail))}`)
    const next = count('failed') > 0 ? '\nMend the records that are in the way, or the index, then undo it again.' : ''
    return `${parts.join('; ')}.${reasons.join('')}${next}`
  })
}
