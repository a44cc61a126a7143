/** The ways in which a value can be shown. `tree` is JSON by its members, `json` is its text laid out. */
export const valueViews = ['json', 'tree', 'text', 'msgpack', 'cbor', 'image', 'hex'] as const
export type ValueView = (typeof valueViews)[number]

/** These say nothing of a part of a value. */
const wholeViews: ReadonlySet<ValueView> = new Set(['tree', 'msgpack', 'cbor', 'image'])
export const needsWhole = (view: ValueView): boolean => wholeViews.has(view)
