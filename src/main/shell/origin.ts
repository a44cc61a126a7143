/** The renderer's own address. A scheme of its own gives it an origin that no web page and no file can have. */
export const appScheme = 'app'
export const appHost = 'holdfast'
const appOrigin = `${appScheme}://${appHost}`
export const appAddress = `${appOrigin}/`

/**
 * The origin of an address as the renderer would report it, undefined when it is no address.
 * `URL.origin` is the text "null" for schemes that Node does not know, so it is put together here.
 */
export function originOf(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? `${url.protocol}//${url.host}` : undefined
}
