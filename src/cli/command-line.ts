import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { type ClientCommand, type CommandName, type CommandSpec, commands, commonOptions, type OptionSpec } from './command-table.ts'
import { UsageError } from './failure.ts'

/** What was asked for on the command line, checked against the table. */
export type Asked =
  | { readonly kind: 'command'; readonly name: ClientCommand; readonly parsed: ParsedCommand }
  | { readonly kind: 'serve'; readonly rest: readonly string[] }
  | { readonly kind: 'help'; readonly name: CommandName | undefined }
  | { readonly kind: 'version' }

export interface ParsedCommand {
  readonly arguments: readonly string[]
  /** Options with a value. */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly flags: ReadonlySet<string>
}

/** @throws UsageError */
export function readCommandLine(argv: readonly string[]): Asked {
  const [first, second] = argv
  if (first === undefined) throw new UsageError('Say what to do.')
  if (first === '--version') return { kind: 'version' }
  if (first === '--help' || first === '-h') return { kind: 'help', name: undefined }
  if (first === 'help') return { kind: 'help', name: second === undefined ? undefined : nameOf(argv.slice(1)) }
  const name = nameOf(argv)
  const rest = argv.slice(name.split(' ').length)
  if (name === 'serve') return rest.includes('--help') || rest.includes('-h') ? { kind: 'help', name } : { kind: 'serve', rest }
  const parsed = parseCommand(name, rest)
  return parsed.flags.has('help') ? { kind: 'help', name } : { kind: 'command', name, parsed }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)

function nameOf(argv: readonly string[]): CommandName {
  const [first = '', second = ''] = argv
  const long = `${first} ${second}`
  if (isCommand(long)) return long
  if (isCommand(first)) return first
  const longer = Object.keys(commands).filter((name) => name.startsWith(`${first} `))
  if (longer.length > 0) throw new UsageError(`Say which: ${longer.map((name) => `holdfast ${name}`).join(', ')}.`)
  throw new UsageError(
    first.startsWith('-') ? `The command comes first, options behind it; found ${first}.` : `There is no command "${first}".`,
  )
}

/** The command that somebody meant, as far as it can be told. */
export function commandMeant(argv: readonly string[]): CommandName | undefined {
  try {
    return nameOf(argv)
  } catch {
    return undefined
  }
}

export const specOf = (name: CommandName): CommandSpec => commands[name]
/** Those of the command first; where it explains a common option itself, that stands. */
export const optionsOf = (name: CommandName): Readonly<Record<string, OptionSpec>> => {
  const own = specOf(name).options
  return { ...own, ...commonOptions, ...own }
}

function parseCommand(name: CommandName, rest: readonly string[]): ParsedCommand {
  const options: ParseArgsOptionsConfig = {}
  for (const [option, { placeholder }] of Object.entries(optionsOf(name))) {
    options[option] = option === 'help' ? { type: 'boolean', short: 'h' } : { type: placeholder === undefined ? 'boolean' : 'string' }
  }
  const { values, positionals } = parseStrictly(name, rest, options)
  const texts: Record<string, string> = {}
  const flags = new Set<string>()
  for (const [option, value] of Object.entries(values)) {
    if (typeof value === 'string') texts[option] = value
    else if (value === true) flags.add(option)
  }
  if (!flags.has('help')) checkCount(name, positionals)
  return { arguments: positionals, values: texts, flags }
}

function parseStrictly(name: CommandName, rest: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args: [...rest], options, strict: true, allowPositionals: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // The first sentence says what is wrong; the rest is advice for those who write programs with parseArgs.
    const said = error.message.split(/\. |\n/)[0] ?? error.message
    const dashes = (specOf(name).arguments?.length ?? 0) > 0 ? ' A key or value that begins with - goes behind --.' : ''
    throw new UsageError(`holdfast ${name}: ${said.replace(/\.$/, '')}.${dashes}`)
  }
}

function checkCount(name: CommandName, positionals: readonly string[]): void {
  const expected = specOf(name).arguments ?? []
  const missing = expected.slice(positionals.length).find((argument) => argument.optional !== true)
  if (missing) throw new UsageError(`holdfast ${name}: ${missing.name} is missing.`)
  if (positionals.length > expected.length) {
    throw new UsageError(`holdfast ${name}: one argument too many: ${JSON.stringify(positionals[expected.length])}.`)
  }
}
