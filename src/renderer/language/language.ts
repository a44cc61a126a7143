import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'

export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

/** Each language by its own name, as its speakers look for it. */
export const languageNames: Record<Language, string> = { en: 'English', 'zh-CN': '简体中文' }

const storageKey = 'holdfast.language'

/** The language that was chosen, else the nearest to the system's. */
export function pickLanguage(chosen: string | null, preferred: readonly string[]): Language {
  const exact = languages.find((language) => language === chosen)
  if (exact) return exact
  for (const wish of preferred) {
    if (wish.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (wish.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}

const browser = typeof window === 'undefined' ? undefined : window

void i18n.use(initReactI18next).init({
  lng: pickLanguage(browser?.localStorage.getItem(storageKey) ?? null, browser?.navigator.languages ?? []),
  fallbackLng: 'en',
  supportedLngs: [...languages],
  resources: {},
  // Texts are plain sentences: dots and colons in a key or value mean nothing.
  keySeparator: false,
  nsSeparator: false,
  // React escapes.
  interpolation: { escapeValue: false },
  initAsync: false,
})

const showLanguage = (language: string) => {
  if (browser) browser.document.documentElement.lang = language
}
showLanguage(i18n.language)
i18n.on('languageChanged', showLanguage)

export function chooseLanguage(language: Language): void {
  browser?.localStorage.setItem(storageKey, language)
  void i18n.changeLanguage(language)
}

// Another window of this app chose.
browser?.addEventListener('storage', ({ key, newValue }) => {
  const chosen = languages.find((language) => language === newValue)
  if (key === storageKey && chosen) void i18n.changeLanguage(chosen)
})

export { i18n }
