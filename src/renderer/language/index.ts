export * from './format.ts'
export { chooseLanguage, type Language, languageNames, languages } from './language.ts'
export { makeTexts, type Translated, useLanguage } from './texts.ts'
