const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1.4 MiB` */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

/** `138,398` */
export const numberText = (value: number): string => Math.round(value).toLocaleString('en')

/** `3 s`, `4 min`, `2 h` */
export function secondsText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

export const countText = (count: number, one: string): string => `${numberText(count)} ${one}${count === 1 ? '' : 's'}`

/** Local time to the second: `2026-11-23 14:09:07`. */
export function timeText(iso: string): string {
  const time = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** Stored text on one line, with nothing in it that steers a terminal: quoted as JSON where it must be. */
export function plainText(text: string): string {
  if (!unsafe.test(text)) return text
  return JSON.stringify(text).replace(new RegExp(unsafe, 'g'), (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Columns side by side on a terminal; a last column that is too long is cut. */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const widths = header.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: readonly string[]): string => {
    const text = cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  ')
    return text.length > columns ? `${text.slice(0, columns - 1)}…` : text
  }
  return [header, ...rows].map(line).join('\n')
}

export const tabText = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.join('\t')).join('\n')

/** A word that a shell takes back as it is. */
export const shellWord = (text: string): string =>
  /^[\w:./@%+=,-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`
