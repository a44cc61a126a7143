import { useLocation } from 'wouter'
import { useOperation } from '../../bridge/query.ts'
import { makeTexts } from '../../language/index.ts'
import type { ActionSource } from '../../ui/actions.ts'
import { requestOfPage } from '../../ui/page-request.ts'

const useTexts = makeTexts('lock-actions', {
  en: { release: 'Release the lock “{{name}}”…', words: 'lock holder force unlock' },
  'zh-CN': { release: '释放锁“{{name}}”…', words: '锁 持有者 强制 解锁' },
})

const listedLocks = 20

/** Each held lock, to take it from its holder: the page opens and asks. */
export const useLockActions: ActionSource = () => {
  const t = useTexts()
  const [, navigate] = useLocation()
  const locks = useOperation('locks.list', { limit: listedLocks })
  if (locks.state !== 'ready') return []
  return locks.data.items.map(({ id, names: [name = ''], owner }) => ({
    id: `locks.release.${id}`,
    group: 'do',
    title: t('release', { name }),
    english: useTexts.english('release', { name }),
    words: `${t('words')} ${useTexts.english('words')}`,
    ...(owner !== '' && { note: owner }),
    run: () => {
      navigate('/locks')
      requestOfPage('release-lock', id)
    },
  }))
}
