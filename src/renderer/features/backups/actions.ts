import { useLocation } from 'wouter'
import { useOperation } from '../../bridge/query.ts'
import { makeTexts } from '../../language/index.ts'
import type { Action, ActionSource } from '../../ui/actions.ts'
import { requestOfPage } from '../../ui/page-request.ts'
import { useStartJob } from '../../ui/start-job.tsx'

const useTexts = makeTexts('backup-actions', {
  en: {
    backUp: 'Back up now',
    verify: 'Verify the newest backup',
    restore: 'Restore the newest backup…',
    undo: 'Undo the last restore…',
    noBackup: 'There is no backup yet.',
    noUndo: 'Nothing was restored.',
    stopped: 'The store is stopped.',
    words: 'backup archive save snapshot check',
  },
  'zh-CN': {
    backUp: '立即备份',
    verify: '校验最新的备份',
    restore: '恢复最新的备份…',
    undo: '撤销上一次恢复…',
    noBackup: '还没有备份。',
    noUndo: '没有进行过恢复。',
    stopped: '存储已停止。',
    words: '备份 存档 快照 检查',
  },
})

/** What the command palette can do about backups. */
export const useBackupActions: ActionSource = () => {
  const t = useTexts()
  const [, navigate] = useLocation()
  const start = useStartJob()
  const backups = useOperation('backups.list', { limit: 1 })
  const status = useOperation('status.get', {})
  const none = backups.state === 'ready' && backups.data.items.length === 0 ? t('noBackup') : undefined
  const stopped = status.state === 'ready' && status.data.store.mode === 'stopped' ? t('stopped') : undefined
  const isUndoable = status.state === 'ready' && status.data.undo !== null
  const onPage = (request: 'restore' | 'undo-restore') => () => {
    navigate('/backups')
    requestOfPage(request, 'latest')
  }
  const action = (name: 'backUp' | 'verify' | 'restore' | 'undo', blocked: string | undefined, run: () => void): Action => ({
    id: `backups.${name}`,
    group: 'do',
    title: t(name),
    english: useTexts.english(name),
    words: `${t('words')} ${useTexts.english('words')}`,
    blocked,
    run,
  })
  return [
    action('backUp', stopped, () => start('backups.create', {}, t('backUp'))),
    action('verify', none, () => start('backups.verify', { id: 'latest' }, t('verify'))),
    action('restore', none, onPage('restore')),
    action('undo', isUndoable ? undefined : t('noUndo'), onPage('undo-restore')),
  ]
}
