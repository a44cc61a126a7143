// Loaded with `node --import` before the main bundle: from then on `import 'electron'` finds the stand-in.
import { registerHooks } from 'node:module'

const standIn = new URL('./electron/index.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const isElectron = specifier === 'electron' || specifier === 'electron/main' || specifier === 'electron/common'
    return isElectron ? { url: standIn, shortCircuit: true } : next(specifier, context)
  },
})

Object.defineProperty(process, 'type', { value: 'browser' })
Object.defineProperty(process.versions, 'electron', { value: process.env.STAND_IN_ELECTRON_VERSION ?? '0.0.0', enumerable: true })
Object.defineProperty(process.versions, 'chrome', { value: process.env.STAND_IN_CHROME_VERSION ?? '0', enumerable: true })
