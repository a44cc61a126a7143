import type { z } from 'zod'

/** What is wrong with what was typed, a line each: where it stands, and the contract's own words. */
export const mistakesIn = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('\n')
