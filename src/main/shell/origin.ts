/** The renderer's own address. A scheme of its own gives it an origin that no web page and no file can have. */
export const appScheme = 'app'
export const appHost = 'holdfast'
const appOrigin = `${appScheme}://${appHost}`
export const appAddress = `${appOrigin}/`

/** `style-src` needs `unsafe-inline` for the style attributes of virtual lists and charts; scripts come from files only. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The origin of an address as the renderer would report it, undefined when it is no address.
 * `URL.origin` is the text "null" for schemes that Node does not know, so it is put together here.
 */
export function originOf(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? `${url.protocol}//${url.host}` : undefined
}
