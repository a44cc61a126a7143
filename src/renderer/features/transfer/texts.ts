import { makeTexts } from '../../language/index.ts'
import { english } from './texts-en.ts'
import { chinese } from './texts-zh.ts'

export const useTransferTexts = makeTexts('transfer', { en: english, 'zh-CN': chinese })
