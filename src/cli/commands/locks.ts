import type { Call } from '../call.ts'
import { exitCodes } from '../failure.ts'
import { note, print, printJson } from '../terminal.ts'
import { plainText, tableText, tabText, timeText } from '../text.ts'

export async function listLocks({ host, json, terminal }: Call): Promise<number> {
  const page = await host.call('locks.list', { limit: 1000 })
  if (json) printJson(terminal, page)
  else if (page.items.length === 0) note(terminal, 'No locks are held.')
  else {
    const rows = page.items.map(({ id, names, mode, owner, acquiredAt, expiresAt, waiting }) => {
      const time = terminal.outputIsTty ? timeText : (at: string) => at
      return [id, plainText(names.join(', ')), mode, plainText(owner), time(acquiredAt), time(expiresAt), String(waiting)]
    })
    const heads = ['ID', 'LOCKS', 'MODE', 'OWNER', 'SINCE', 'UNTIL', 'WAITING']
    print(terminal, terminal.outputIsTty ? tableText(heads, rows, terminal.columns) : tabText(rows))
  }
  return exitCodes.ok
}

export async function releaseLock({ host, json, parsed, terminal }: Call): Promise<number> {
  const id = parsed.arguments[0] ?? ''
  await host.call('locks.forceRelease', { id })
  if (json) printJson(terminal, { id })
  else print(terminal, `Lock ${id} is released; its holder can no longer write with it`)
  return exitCodes.ok
}

export async function listTransactions({ host, json, terminal }: Call): Promise<number> {
  const page = await host.call('transactions.list', { limit: 1000 })
  if (json) printJson(terminal, page)
  else if (page.items.length === 0) note(terminal, 'No transactions are open.')
  else {
    const rows = page.items.map(({ id, startedAt, expiresAt, reads, writes, bytes }) => {
      const time = terminal.outputIsTty ? timeText : (at: string) => at
      return [id, time(startedAt), time(expiresAt), String(reads), String(writes), String(bytes)]
    })
    const heads = ['ID', 'SINCE', 'UNTIL', 'READS', 'WRITES', 'BYTES']
    print(terminal, terminal.outputIsTty ? tableText(heads, rows, terminal.columns) : tabText(rows))
  }
  return exitCodes.ok
}
