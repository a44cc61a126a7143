import { useLocation } from 'wouter'
import { useOperation } from '../../bridge/query.ts'
import type { ActionSource } from '../../ui/actions.ts'
import { requestOfPage } from '../../ui/page-request.ts'
import { useDescribed } from './descriptions.ts'

/** Every setting by its name and meaning: opens the page at it. */
export const useSettingActions: ActionSource = () => {
  const [, navigate] = useLocation()
  const config = useOperation('config.get', {})
  const described = useDescribed()
  if (config.state !== 'ready') return []
  return config.data.entries.map((entry) => ({
    id: `setting.${entry.key}`,
    group: 'setting',
    title: entry.key,
    english: entry.key.replaceAll(/[._]/g, ' '),
    note: described(entry).description,
    words: `${described(entry).description} ${entry.description}`,
    run: () => {
      navigate('/settings')
      requestOfPage('setting', entry.key)
    },
  }))
}
