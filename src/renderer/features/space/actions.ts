import { useLocation } from 'wouter'
import { makeTexts } from '../../language/index.ts'
import type { ActionSource } from '../../ui/actions.ts'
import { requestOfPage } from '../../ui/page-request.ts'

const useTexts = makeTexts('space-actions', {
  en: { compact: 'Compact the database…', words: 'space disk free shrink vacuum size' },
  'zh-CN': { compact: '压实数据库…', words: '空间 磁盘 释放 缩小 大小' },
})

/** What the command palette can do about space: the page opens and says what is won first. */
export const useSpaceActions: ActionSource = () => {
  const t = useTexts()
  const [, navigate] = useLocation()
  return [
    {
      id: 'space.compact',
      group: 'do',
      title: t('compact'),
      english: useTexts.english('compact'),
      words: `${t('words')} ${useTexts.english('words')}`,
      run: () => {
        navigate('/space')
        requestOfPage('compact')
      },
    },
  ]
}
