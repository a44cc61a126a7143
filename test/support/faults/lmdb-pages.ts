import { readFileSync } from 'node:fs'

export const pageBytes = 8192
const flagsAt = 18
const lowerAt = 20
export const pageHeaderBytes = 24

export interface LmdbPage {
  readonly number: number
  readonly kind: 'branch' | 'leaf'
  /** Header and pointers end here; the nodes stand at the end of the page. */
  readonly pointersEnd: number
}

/** The pages of a data.mdb that hold keys, those that are no longer in use among them. */
export function keyPages(file: string): LmdbPage[] {
  const bytes = readFileSync(file)
  const pages: LmdbPage[] = []
  for (let number = 2; (number + 1) * pageBytes <= bytes.length; number++) {
    const page = bytes.subarray(number * pageBytes, (number + 1) * pageBytes)
    const kind = page.readUInt16LE(flagsAt) & 3
    if (Number(page.readBigUInt64LE(0)) !== number || (kind !== 1 && kind !== 2)) continue
    pages.push({ number, kind: kind === 1 ? 'branch' : 'leaf', pointersEnd: pageHeaderBytes + page.readUInt16LE(lowerAt) })
  }
  return pages
}
