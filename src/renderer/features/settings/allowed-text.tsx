import { formatNumber, useLanguage } from '../../language/index.ts'
import { chineseExpected } from './descriptions.ts'
import type { ConfigEntry } from './entries.ts'
import { useSettingsTexts } from './texts.ts'

/** What may stand there. */
export function AllowedText({ entry: { key, form, expected, unit } }: { entry: ConfigEntry }) {
  const t = useSettingsTexts()
  const language = useLanguage()
  switch (form.kind) {
    case 'number': {
      const range = { min: formatNumber(form.min, language), max: formatNumber(form.max, language) }
      return <>{unit === undefined ? t('range', range) : t('rangeUnit', { ...range, unit })}</>
    }
    case 'switch':
      return <>{t('onOrOff')}</>
    case 'choice':
      return <>{form.choices.join(', ')}</>
    case 'path':
      return <>{t('path')}</>
    case 'text':
    case 'list':
      return <>{language === 'zh-CN' ? (chineseExpected[key] ?? expected) : expected}</>
    default:
      return form satisfies never
  }
}
