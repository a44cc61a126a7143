// What is used of Papa Parse. The published types bring Node's along, and these sources run in the window too, where there is no Node.
declare module 'papaparse' {
  interface ParsedRow {
    readonly data: unknown
    readonly errors: readonly { readonly code: string }[]
    readonly meta: { readonly cursor: number }
  }

  interface ParserConfig {
    readonly delimiter: string
    readonly quoteChar: string
    readonly escapeChar: string
    readonly newline: '\n' | '\r'
    readonly fastMode?: boolean
    step(row: ParsedRow): void
  }

  class Parser {
    constructor(config: ParserConfig)
    parse(text: string, baseIndex: number, ignoreLastRow: boolean): void
  }

  const Papa: {
    readonly Parser: typeof Parser
    parse(
      text: string,
      config: { readonly preview: number; readonly delimitersToGuess: readonly string[] },
    ): { readonly meta: { readonly delimiter: string } }
  }
  export default Papa
}
