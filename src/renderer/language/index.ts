export * from './format.ts'
export { chooseLanguage, type Language, languageNames, languages } from './language.ts'
export { makeTexts, type Translate, type Translated, useLanguage } from './texts.ts'
