import { useLocation } from 'wouter'
import type { EncryptionAction } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { makeTexts } from '../../language/index.ts'
import type { ActionSource } from '../../ui/actions.ts'
import { requestOfPage } from '../../ui/page-request.ts'

const useTexts = makeTexts('encryption-actions', {
  en: {
    enable: 'Encrypt the data…',
    rotate: 'Change the encryption key…',
    disable: 'Stop encrypting the data…',
    isOn: 'The data is encrypted already.',
    isOff: 'The data is not encrypted.',
    busy: 'It is being changed now.',
    missing: 'The key is missing.',
    words: 'encryption cipher AES key secret rotate decrypt',
  },
  'zh-CN': {
    enable: '加密数据…',
    rotate: '更换加密密钥…',
    disable: '停止加密数据…',
    isOn: '数据已加密。',
    isOff: '数据未加密。',
    busy: '正在更改中。',
    missing: '缺少密钥。',
    words: '加密 密钥 解密 轮换',
  },
})

const actions: readonly EncryptionAction[] = ['enable', 'rotate', 'disable']

/** What the command palette can do about the encryption of the data: Settings opens and asks. */
export const useEncryptionActions: ActionSource = () => {
  const t = useTexts()
  const [, navigate] = useLocation()
  const report = useOperation('encryption.get', {})
  if (report.state !== 'ready') return []
  const { state } = report.data
  const blocked = (action: EncryptionAction): string | undefined => {
    switch (state) {
      case 'key_missing':
        return t('missing')
      case 'enabling':
      case 'disabling':
        return t('busy')
      case 'on':
        return action === 'enable' ? t('isOn') : undefined
      case 'off':
        return action === 'enable' ? undefined : t('isOff')
      default:
        return state satisfies never
    }
  }
  return actions.map((action) => ({
    id: `encryption.${action}`,
    group: 'do',
    title: t(action),
    english: useTexts.english(action),
    words: `${t('words')} ${useTexts.english('words')}`,
    blocked: blocked(action),
    run: () => {
      navigate('/settings')
      requestOfPage('encryption', action)
    },
  }))
}
