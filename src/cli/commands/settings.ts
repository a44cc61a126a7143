import type { ConfigChangeReport, ConfigView } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { CliFailure, exitCodes } from '../failure.ts'
import { note, print, printJson } from '../terminal.ts'
import { plainText, tableText, tabText } from '../text.ts'

type Entry = ConfigView['entries'][number]

/** One setting, or all of them. What waits for a restart is shown with both its values. */
export async function getSettings({ host, json, parsed, terminal }: Call): Promise<number> {
  const view = await host.call('config.get', {})
  const [key] = parsed.arguments
  if (key !== undefined) {
    const entry = entryOf(view, key)
    if (json) printJson(terminal, entry)
    else print(terminal, plainText(valueText(entry.stored)))
    if (entry.needsRestart) note(terminal, `In effect: ${plainText(valueText(entry.value))}. The value above needs a restart.`)
    return exitCodes.ok
  }
  if (json) printJson(terminal, view)
  else if (terminal.outputIsTty) print(terminal, tableText(['KEY', 'VALUE', 'NOTE'], view.entries.map(rowOf), terminal.columns))
  else print(terminal, tabText(view.entries.map(rowOf)))
  for (const { line, key: wrong, expected } of view.mistakes) note(terminal, `${view.path}:${line}: ${wrong}: ${expected}`)
  return exitCodes.ok
}

const rowOf = (entry: Entry): string[] => [entry.key, plainText(valueText(entry.stored)), noteOf(entry)]

function noteOf({ needsRestart, value, changed, inEffect }: Entry): string {
  if (needsRestart) return `after a restart; in effect: ${plainText(valueText(value))}`
  return [changed ? 'changed' : 'default', ...(inEffect ? [] : ['not in effect yet'])].join(', ')
}

export async function setSetting({ host, json, parsed, terminal }: Call): Promise<number> {
  const [key = '', text = ''] = parsed.arguments
  const entry = entryOf(await host.call('config.get', {}), key)
  const dryRun = parsed.flags.has('dry-run')
  return say({ json, terminal }, await host.call('config.patch', { changes: { [key]: readValue(entry, text) }, dryRun }), dryRun)
}

export async function unsetSetting({ host, json, parsed, terminal }: Call): Promise<number> {
  const [key = ''] = parsed.arguments
  return say({ json, terminal }, await host.call('config.patch', { changes: { [key]: null } }))
}

export async function undoSettings({ host, json, terminal }: Call): Promise<number> {
  return say({ json, terminal }, await host.call('config.undo', {}))
}

function entryOf(view: ConfigView, key: string): Entry {
  // A file may call the main database by its other name, and so may a person.
  const own = key.replace(/^database\.sled\./, 'database.lmdb.')
  const entry = view.entries.find((one) => one.key === own)
  if (entry === undefined) throw new CliFailure('not_found', `There is no setting ${plainText(key)}. All of them: holdfast config get`)
  return entry
}

/** What cannot be read as the kind that is asked for goes to the host as it is, which says what was expected. */
function readValue({ form }: Entry, text: string): unknown {
  if (form.kind === 'number') return /^[+-]?\d+$/.test(text) ? Number(text) : text
  if (form.kind === 'switch') return text === 'true' || text === 'false' ? text === 'true' : text
  if (form.kind === 'list') return text === '' ? [] : text.split(',').map((item) => item.trim())
  return text
}

const whens = { now: 'in effect now', restart: 'in effect after a restart', later: 'not in effect yet' } as const

function say({ json, terminal }: Pick<Call, 'json' | 'terminal'>, report: ConfigChangeReport, dryRun = false): number {
  if (json) printJson(terminal, report)
  else if (report.changes.length === 0) note(terminal, 'Nothing changes: that is what is stored already.')
  else {
    const verb = dryRun ? 'would change' : 'changed'
    const lines = report.changes.map(
      ({ key, from, to, applies }) => `${key} ${verb}: ${plainText(valueText(from))} → ${plainText(valueText(to))}, ${whens[applies]}`,
    )
    print(terminal, lines.join('\n'))
  }
  return exitCodes.ok
}

/** As `config set` takes it. */
function valueText(value: unknown): string {
  if (value === null) return '(not set)'
  if (Array.isArray(value)) return value.join(',')
  return String(value)
}
