import type { z } from 'zod'
import zhCN from 'zod/v4/locales/zh-CN.js'
import type { Language } from '../../language/index.ts'

/** What is wrong with what was typed, a line each: where it stands, and the contract's own words. */
export const mistakesIn = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('\n')

/** How a schema says what is wrong, where the contract has no words of its own for it. Zod's usual ones are the English. */
export const mistakesOf = (language: Language): z.core.ParseContext<z.core.$ZodIssue> =>
  language === 'zh-CN' ? { error: zhCN().localeError } : {}
