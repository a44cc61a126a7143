import { useLanguage } from '../../language/index.ts'
import { AllowedText } from './allowed-text.tsx'
import type { ConfigEntry } from './entries.ts'
import { useSettingsTexts } from './texts.ts'

/** What is wrong with a value: in the host's words where the screen speaks its language, else what may stand there. */
export function MistakeText({ entry, mistake }: { entry: ConfigEntry; mistake: string }) {
  const t = useSettingsTexts()
  if (useLanguage() === 'en') return <>{mistake}</>
  return (
    <>
      {t('allowed')} <AllowedText entry={entry} />
    </>
  )
}
