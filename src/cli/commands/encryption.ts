import type { Call } from '../call.ts'
import { exitCodes, UsageError } from '../failure.ts'
import { runJob } from '../job-watch.ts'
import { print, printJson } from '../terminal.ts'
import { countText } from '../text.ts'

const actions = ['enable', 'disable', 'rotate'] as const

export async function encryption(call: Call): Promise<number> {
  const [wanted] = call.parsed.arguments
  if (wanted === undefined || wanted === 'status') return showState(call)
  const action = actions.find((known) => known === wanted)
  if (action === undefined) throw new UsageError('holdfast encryption: give status, enable, disable or rotate.')
  const job = await call.host.call('encryption.change', { action })
  const { keyFile } = await call.host.call('encryption.get', {})
  return runJob(call, job, ({ records }) =>
    action === 'disable'
      ? `Values are stored in plain text again; ${countText(Number(records), 'record')} changed. Keep ${keyFile} as long as there are encrypted backups.`
      : `Every value on disk is encrypted; ${countText(Number(records), 'record')} changed. Keys of records stay readable.\nCopy ${keyFile} to a safe place: without it nobody can read the data.`,
  )
}

async function showState({ host, json, terminal }: Call): Promise<number> {
  const report = await host.call('encryption.get', {})
  if (json) printJson(terminal, report)
  else
    print(
      terminal,
      [
        stateText[report.state],
        ...(report.keyId === null ? [] : [`Key ${report.keyId} in ${report.keyFile}`]),
        ...(report.problem === undefined ? [] : [report.problem]),
      ].join('\n'),
    )
  return exitCodes.ok
}

const stateText = {
  off: 'Values are stored in plain text.',
  on: 'Values are encrypted; keys of records are readable.',
  enabling: 'Values are being encrypted; what is written is encrypted already.',
  disabling: 'Values are being stored in plain text again.',
  key_missing: 'Values are encrypted, and their key is not on this host: put the key file back and start Holdfast again.',
} as const
