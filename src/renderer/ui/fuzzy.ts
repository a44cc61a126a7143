const isWordStart = (text: string, place: number): boolean => place === 0 || /[\s._:/\-“(]/.test(text[place - 1] ?? '')

/**
 * How well `query` fits `text`, 0 when it does not: all its characters are there in order. Whole beginnings are best, then beginnings of
 * words, then pieces that hang together. Both in lower case.
 */
export function fuzzyScore(query: string, text: string): number {
  if (query === '') return 1
  const at = text.indexOf(query)
  if (at === 0) return 100 + (query.length / text.length) * 10
  if (at > 0) return (isWordStart(text, at) ? 80 : 50) + (query.length / text.length) * 10
  return scatteredScore(query, text)
}

/** At most 40: one for a character anywhere, more where it begins a word or follows the one before. */
function scatteredScore(query: string, text: string): number {
  let points = 0
  let before = -2
  for (const character of query) {
    if (character === ' ') continue
    const place = text.indexOf(character, before < 0 ? 0 : before + 1)
    if (place === -1) return 0
    points += isWordStart(text, place) ? 3 : place === before + 1 ? 2 : 0.5
    before = place
  }
  const share = points / (query.length * 3)
  // Single characters strewn over a sentence are chance.
  return share < 0.45 ? 0 : share * 40
}

/** The best of several texts; every word of the query has to fit one of them. */
export function fuzzyScoreOf(query: string, texts: readonly string[]): number {
  const whole = Math.max(...texts.map((text) => fuzzyScore(query, text.toLowerCase())))
  const words = query.split(/\s+/).filter(Boolean)
  if (whole >= 50 || words.length < 2) return whole
  const scores = words.map((word) => Math.max(...texts.map((text) => fuzzyScore(word, text.toLowerCase()))))
  const least = Math.min(...scores)
  return Math.max(whole, least < 40 ? 0 : least * 0.6)
}
