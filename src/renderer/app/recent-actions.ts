const storageKey = 'holdfast.recent-actions'
const mostKept = 12

/** The ids of the actions that were used last, the newest first. Empty where storage is switched off. */
export function recentActions(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(storageKey) ?? '[]')
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string').slice(0, mostKept) : []
  } catch {
    return []
  }
}

/** Running jobs and records have ids that mean nothing tomorrow; those are not kept. */
export function rememberAction(id: string): void {
  if (/^(job|key|prefix)\./.test(id)) return
  const kept = [id, ...recentActions().filter((other) => other !== id)].slice(0, mostKept)
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(kept))
  } catch {
    // Storage may be switched off: then nothing is remembered.
  }
}
