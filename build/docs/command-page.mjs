// docs/cli.md, from the table that also parses the command line and prints its help.
import { optionsOf, specOf } from '../../src/cli/command-line.ts'
import { commands, commonOptions, exitCodeTexts } from '../../src/cli/command-table.ts'
import { optionText, usageOf } from '../../src/cli/help.ts'
import { code, generated, page, table } from './markdown.mjs'

const introduction = `# The \`holdfast\` command

\`holdfast serve\` runs a host; every other command talks to a running one over its socket and needs no token: who may open the socket may do everything. Which socket:
\`--socket\`, else \`HOLDFAST_SOCKET\`, else \`run/holdfast.sock\` in the data folder of \`--data\`, else of \`HOLDFAST_DATA\`, else of \`~/.local/share/holdfast\`.

- Keys and values are taken as they are. One that begins with \`-\` goes behind \`--\`: \`holdfast put -- -key -5\`.
- Values are bytes: arguments, files and standard input are stored as they come, and \`get\` gives the same bytes back. An argument gets the type
  \`text/plain; charset=utf-8\`, a file the type of its extension if that is well known, anything else \`application/octet-stream\`; \`--type\` says otherwise.
- With \`--output F\` the file appears only when it is whole.
- Standard output holds results only; progress, hints and failures go to standard error. With \`--json\` the result is the one JSON document that the API
  answers, and a failure is \`{"code","detail"}\` with further facts on standard error. A job that was waited for is printed also when it failed.
- \`backup\`, \`verify\`, \`restore\` and \`delete --prefix\` wait for their job and show how it gets on. Ctrl+C cancels the job and says so; a second Ctrl+C only stops waiting.`

const section = (name) => [
  `## holdfast ${name}`,
  specOf(name).summary,
  code('', usageOf(name)),
  ...details(name),
  ...(specOf(name).notes ?? []),
  code('sh', specOf(name).examples.join('\n')),
]

function details(name) {
  const named = (specOf(name).arguments ?? []).map(({ name: argument, description }) => [`\`${argument}\``, description])
  const options = Object.entries(optionsOf(name))
    .filter(([option]) => Object.hasOwn(specOf(name).options ?? {}, option))
    .map(([option, spec]) => [`\`${optionText(option, spec)}\``, spec.description])
  return named.length + options.length === 0 ? [] : [table(['', ''], [...named, ...options])]
}

export const commandPage = () =>
  page(
    generated,
    introduction,
    '## For every command',
    table(
      ['', ''],
      Object.entries(commonOptions).map(([option, spec]) => [`\`${optionText(option, spec)}\``, spec.description]),
    ),
    '## Exit codes',
    table(['code', 'meaning'], exitCodeTexts),
    Object.keys(commands).flatMap(section),
  )
