import type { Action, ActionGroup } from '../ui/actions.ts'
import { fuzzyScoreOf } from '../ui/fuzzy.ts'

export interface RankedGroup {
  readonly group: ActionGroup | 'recent'
  readonly actions: readonly Action[]
}

const mostRecent = 5
const mostOfGroup: Record<ActionGroup, number> = { page: 12, do: 20, job: 5, look: 6, key: 6, setting: 8 }
const recentBonus = 8
/** Descriptions are long, and fit many words by chance. */
const wordsWeight = 0.5
/** A setting is rarely what somebody means who types the name of an action. */
const settingWeight = 0.7

function scoreOf(query: string, { title, english, words, group }: Action): number {
  const byName = fuzzyScoreOf(query, [title, english])
  const byWords = words?.toLowerCase().includes(query) ? 60 * wordsWeight : 0
  return Math.max(byName, byWords) * (group === 'setting' ? settingWeight : 1)
}

/**
 * What fits `query`, in groups, the best group first. Nothing typed: what was used last, then all but the settings, in their own order.
 * What cannot be done now comes after what can.
 */
export function rankActions(actions: readonly Action[], typed: string, recent: readonly string[]): RankedGroup[] {
  const query = typed.trim().toLowerCase()
  return query === '' ? withoutQuery(actions, recent) : withQuery(actions, query, recent)
}

function withoutQuery(actions: readonly Action[], recent: readonly string[]): RankedGroup[] {
  const used = recent
    .flatMap((id) => actions.find((action) => action.id === id) ?? [])
    .filter(({ blocked }) => blocked === undefined)
    .slice(0, mostRecent)
  const rest = actions.filter((action) => action.group !== 'setting' && !used.includes(action))
  return present([{ group: 'recent', actions: used }, ...groupsOf(rest)])
}

function withQuery(actions: readonly Action[], query: string, recent: readonly string[]): RankedGroup[] {
  const scored = actions
    .map((action) => ({ action, score: scoreOf(query, action) }))
    .filter(({ score }) => score > 0)
    .map(({ action, score }) => ({
      action,
      score: score + (recent.includes(action.id) ? recentBonus : 0) - (action.blocked === undefined ? 0 : 30),
    }))
    .sort((one, other) => other.score - one.score)
  return present(groupsOf(scored.map(({ action }) => action)))
}

/** In the order in which the groups first appear. */
function groupsOf(actions: readonly Action[]): RankedGroup[] {
  const groups = new Map<ActionGroup, Action[]>()
  for (const action of actions) {
    const group = groups.get(action.group) ?? []
    if (group.length < mostOfGroup[action.group]) group.push(action)
    groups.set(action.group, group)
  }
  return [...groups].map(([group, list]) => ({ group, actions: list }))
}

const present = (groups: readonly RankedGroup[]): RankedGroup[] => groups.filter(({ actions }) => actions.length > 0)
