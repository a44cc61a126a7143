import { useMantineColorScheme } from '@mantine/core'
import { useLocation } from 'wouter'
import { call } from '../bridge/call.ts'
import { useOperation } from '../bridge/query.ts'
import { useBackupActions } from '../features/backups/actions.ts'
import { useDataActions } from '../features/data/actions.ts'
import { useLockActions } from '../features/locks/actions.ts'
import { useQueryActions } from '../features/query/actions.ts'
import { useSettingActions } from '../features/settings/actions.ts'
import { useEncryptionActions } from '../features/settings/encryption-actions.ts'
import { useSpaceActions } from '../features/space/actions.ts'
import { chooseLanguage, languageNames, languages, useLanguage } from '../language/index.ts'
import type { Action, ActionSource } from '../ui/actions.ts'
import { isActive } from '../ui/job-progress.tsx'
import { keyCatalogue } from '../ui/key-catalogue.ts'
import { notify } from '../ui/notify.tsx'
import { useStartJob } from '../ui/start-job.tsx'
import { useUiTexts } from '../ui/texts.ts'
import { useActionTexts } from './action-texts.ts'
import { pageKeys } from './key-list.ts'
import { useShell } from './shell.ts'
import { useAppTexts } from './texts.ts'

const usePageActions: ActionSource = () => {
  const t = useAppTexts()
  const [, navigate] = useLocation()
  return pageKeys.map(({ page, keys }) => ({
    id: `page.${page.id}`,
    group: 'page',
    title: t(`page.${page.id}`),
    english: useAppTexts.english(`page.${page.id}`),
    keys: keys[0],
    run: () => navigate(page.path),
  }))
}

const useFrameActions: ActionSource = () => {
  const t = useActionTexts()
  const { showKeys, showJobs } = useShell()
  const status = useOperation('status.get', {})
  const start = useStartJob()
  const known = status.state === 'ready' ? status.data : undefined
  const copy = (text: string) => () =>
    void navigator.clipboard.writeText(text).then(() => notify({ subject: 'copied', message: t('copied', { text }) }))
  const action = (name: Parameters<typeof t>[0], run: () => void, more: Partial<Action> = {}): Action => ({
    id: `frame.${name}`,
    group: 'do',
    title: t(name),
    english: useActionTexts.english(name),
    ...more,
    run,
  })
  return [
    action('jobs', showJobs, { keys: keyCatalogue.jobs.keys[0] }),
    action('keys', showKeys, { keys: keyCatalogue.help.keys[0] }),
    ...(known?.url ? [action('copyAddress', copy(known.url), { words: known.url })] : []),
    ...(known?.socket ? [action('copySocket', copy(known.socket), { words: known.socket })] : []),
    ...(known ? [action('copyFolder', copy(known.dataFolder), { words: known.dataFolder })] : []),
    action('sample', () => start('sample.load', {}, t('sample'))),
  ]
}

const themes = ['light', 'dark', 'auto'] as const

const useLookActions: ActionSource = () => {
  const t = useActionTexts()
  const current = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return [
    ...themes.map(
      (theme): Action => ({
        id: `theme.${theme}`,
        group: 'look',
        title: t(`theme.${theme}`),
        english: useActionTexts.english(`theme.${theme}`),
        blocked: theme === colorScheme ? t('inUse') : undefined,
        run: () => setColorScheme(theme),
      }),
    ),
    ...languages.map(
      (language): Action => ({
        id: `language.${language}`,
        group: 'look',
        title: t('language', { language: languageNames[language] }),
        english: `Language ${languageNames[language]} ${language}`,
        words: '语言 中文 Chinese',
        blocked: language === current ? t('inUse') : undefined,
        run: () => chooseLanguage(language),
      }),
    ),
  ]
}

const useJobActions: ActionSource = () => {
  const t = useActionTexts()
  const ui = useUiTexts()
  const jobs = useOperation('jobs.list', { limit: 20 })
  if (jobs.state !== 'ready') return []
  return jobs.data.items.filter(isActive).map((job) => ({
    id: `job.${job.id}`,
    group: 'job',
    title: t('cancelJob', { job: ui(`job.${job.kind}`), subject: job.subject ?? '' }).trim(),
    english: useActionTexts.english('cancelJob', { job: useUiTexts.english(`job.${job.kind}`), subject: '' }),
    words: ui(`consequence.${job.kind}`),
    run: () => void call('jobs.cancel', { id: job.id }).catch(() => undefined),
  }))
}

/** Where the command palette has its actions from: one line for each feature. Always called in this order, as hooks are. */
export const actionSources: readonly ActionSource[] = [
  usePageActions,
  useJobActions,
  useBackupActions,
  useDataActions,
  useQueryActions,
  useLockActions,
  useEncryptionActions,
  useSpaceActions,
  useFrameActions,
  useLookActions,
  useSettingActions,
]
