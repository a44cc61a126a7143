/** The parts of the window in the order in which F6 leads through them. */
const regions = ['nav[data-region]', 'header[data-region]', '[data-pane]', '[data-region="notifications"]']
const regionsWithoutPanes = regions.map((selector) => (selector === '[data-pane]' ? 'main' : selector))

const focusable = 'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]:not([tabindex="-1"])'

/** Puts the focus on the next part of the window that has something in it, or the one before. */
export function focusNextRegion(backwards: boolean): void {
  const parts = document.querySelector('[data-pane]') === null ? regionsWithoutPanes : regions
  const present = parts.flatMap((selector) => [...document.querySelectorAll<HTMLElement>(selector)]).filter(hasContent)
  const current = present.findIndex((region) => region.contains(document.activeElement))
  const step = backwards ? -1 : 1
  const next = present.at(current === -1 ? (backwards ? -1 : 0) : (current + step) % present.length)
  if (next === undefined) return
  const target = next.matches('[tabindex]') ? next : next.querySelector<HTMLElement>(focusable)
  target?.focus()
}

const hasContent = (region: HTMLElement): boolean => region.matches('[tabindex]') || region.querySelector(focusable) !== null
