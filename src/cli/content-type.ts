import { extname } from 'node:path'

const byExtension: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.xml': 'application/xml',
  '.html': 'text/html; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
}

export const contentTypeOfArgument = 'text/plain; charset=utf-8'
export const contentTypeOfBytes = 'application/octet-stream'

/** By the name's ending where it is well known; nobody guesses from the content. */
export const contentTypeOfFile = (path: string): string => byExtension[extname(path).toLowerCase()] ?? contentTypeOfBytes
