/** One mistake in a configuration file. `line` counts from 1; `key` is the whole dotted key as it is written there. */
export interface Mistake {
  readonly line: number
  readonly key: string
  /** What was expected, in words. */
  readonly expected: string
}

/** `FILE:LINE: key: what was expected` */
export const mistakeLine = (file: string, { line, key, expected }: Mistake): string => `${file}:${line}: ${key}: ${expected}`

/** A dotted key as TOML writes it; parts that are not plain are quoted, so that no control character reaches a terminal. */
export const dottedKey = (path: readonly string[]): string =>
  path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join('.')
