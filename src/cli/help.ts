import { optionsOf, specOf } from './command-line.ts'
import { type CommandName, commands, commonOptions, exitCodeTexts, type OptionSpec } from './command-table.ts'

const width = 96

/** `holdfast put KEY [VALUE|-] [--file F] …`; options that every command takes are left out. */
export function usageOf(name: CommandName): string {
  const parts = (specOf(name).arguments ?? []).map((argument) => (argument.optional ? `[${argument.name}]` : argument.name))
  for (const [option, spec] of Object.entries(specOf(name).options ?? {})) parts.push(`[${optionText(option, spec)}]`)
  return ['holdfast', name, ...parts].join(' ')
}

export const optionText = (option: string, { placeholder }: OptionSpec): string =>
  placeholder === undefined ? `--${option}` : `--${option} ${placeholder}`

/** The help of one command. */
export function helpOf(name: CommandName): string {
  const spec = specOf(name)
  const rows = (spec.arguments ?? []).map(({ name: argument, description }) => [argument, description] as const)
  const options = Object.entries(optionsOf(name)).map(([option, one]) => [optionText(option, one), one.description] as const)
  const sections = [wrap(spec.summary, width).join('\n'), `Usage: ${usageOf(name)}`, columns([...rows, ...options])]
  sections.push(...(spec.notes ?? []).map((text) => wrap(text, width).join('\n')))
  sections.push(['Example:', ...spec.examples.map((example) => `  ${example}`)].join('\n'))
  return sections.join('\n\n')
}

/** The help of the whole command. */
export function generalHelp(): string {
  const names = Object.keys(commands) as CommandName[]
  return [
    'Holdfast keeps the data of one edge host. This command talks to the host over its socket.',
    'Usage: holdfast COMMAND [ARGUMENTS] [OPTIONS]',
    columns(names.map((name) => [name, commands[name].summary] as const)),
    [
      'For every command:',
      columns(Object.entries(commonOptions).map(([option, spec]) => [optionText(option, spec), spec.description] as const)),
    ].join('\n'),
    ['Exit codes:', columns(exitCodeTexts.map(([code, text]) => [String(code), text] as const))].join('\n'),
    'holdfast help COMMAND explains one, with an example. holdfast --version says the version.',
  ].join('\n\n')
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const left = Math.min(22, Math.max(...rows.map(([name]) => name.length)))
  return rows
    .flatMap(([name, text]) => {
      const lines = wrap(text, width - left - 4)
      const first = name.length > left ? [`  ${name}`, `${' '.repeat(left + 4)}${lines[0]}`] : [`  ${name.padEnd(left)}  ${lines[0]}`]
      return [...first, ...lines.slice(1).map((line) => `${' '.repeat(left + 4)}${line}`)]
    })
    .join('\n')
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
