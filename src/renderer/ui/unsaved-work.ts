/**
 * Whether something that was typed would be lost if this page went now. It asks the same listeners that the browser asks before it
 * leaves a page, so whoever guards against leaving guards against this too.
 */
export const hasUnsavedWork = (): boolean => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
