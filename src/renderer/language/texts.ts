import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { i18n, type Language, languages } from './language.ts'

/** `name_one` and `name_other` are forms of one text, chosen by `count`. */
type TextName<K> = K extends `${infer Name}_one` | `${infer Name}_other` ? Name : K
type Translate<T> = (name: TextName<keyof T> & string, values?: Record<string, string | number>) => string

/** The same texts in a language without a form of its own for one. */
export type Translated<T> = { readonly [K in keyof T as K extends `${string}_one` ? never : K]: string }

/**
 * Registers the texts of one folder and gives the hook that reads them. The names are checked by the compiler, and so is that the
 * translation has each of them.
 */
export function makeTexts<const T extends Readonly<Record<string, string>>>(
  namespace: string,
  texts: { readonly en: T; readonly 'zh-CN': Translated<T> },
): TextsHook<T> {
  for (const language of languages) i18n.addResourceBundle(language, namespace, texts[language])
  const english: Translate<T> = (name, values) => String(i18n.getFixedT('en', namespace)(name as string, { ...values }))
  return Object.assign(
    () => {
      const { t } = useTranslation(namespace)
      return useCallback<Translate<T>>((name, values) => String(t(name as string, { ...values } as Record<string, string>)), [t])
    },
    { english },
  )
}

/** The hook that reads the texts of one folder; `english` reads them whatever the language is. */
type TextsHook<T> = (() => Translate<T>) & { readonly english: Translate<T> }

/** The language in use; the component is drawn again when it changes. */
export const useLanguage = (): Language => useSyncExternalStore(onLanguageChange, () => i18n.language as Language)

function onLanguageChange(listener: () => void): () => void {
  i18n.on('languageChanged', listener)
  return () => i18n.off('languageChanged', listener)
}
