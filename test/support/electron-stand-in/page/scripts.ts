import { createCodec } from './codec.ts'
import { createMarshal } from './marshal.ts'
import { type PreloadPlatform, startPreloadWorld } from './preload-world.ts'
import { joinWorlds, startPageWorld } from './worlds.ts'

/** The world and the binding that the launcher and the page scripts agree on. */
export const preloadWorldName = 'stand-in-preload'
export const bindingName = 'standInSend'

const shared = (side: 'page' | 'preload') => `
  const codec = (${createCodec})()
  const world = (${joinWorlds})(${JSON.stringify(side)}, codec, ${createMarshal})
`

/** Runs at the start of every document, in a world of its own, with the preload's bundle in it. */
export const preloadScript = (bundle: string, platform: PreloadPlatform): string => `(() => {
  ${shared('preload')}
  ;(${startPreloadWorld})(world, codec, (require, module, exports, process, global) => {
${bundle}
  }, ${JSON.stringify(platform)})
})()`

/** Runs at the start of every document, in the page's own world, after the preload. */
export const pageScript = (): string => `(() => {
  ${shared('page')}
  ;(${startPageWorld})(world)
})()`
