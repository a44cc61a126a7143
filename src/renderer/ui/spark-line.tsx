import classes from './spark-line.module.css'

const widthPx = 120
const heightPx = 24
const maxPoints = 60

/** The shape of a figure over time, for the eye only: the figure itself stands beside it. Gaps are where nothing was measured. */
export function SparkLine({ values }: { values: readonly (number | null)[] }) {
  const points = thinned(values)
  const known = points.filter((value) => value !== null)
  const top = Math.max(...known, Number.MIN_VALUE)
  // At the very top or bottom a line that never moves looks like a border of its row.
  const isFlat = known.every((value) => value === known[0])
  const x = (place: number) => (place / Math.max(1, points.length - 1)) * widthPx
  const y = (value: number) => (isFlat ? heightPx / 2 : heightPx - 1 - (value / top) * (heightPx - 2))
  let path = ''
  points.forEach((value, place) => {
    if (value !== null) path += `${points[place - 1] == null ? 'M' : 'L'}${x(place).toFixed(1)} ${y(value).toFixed(1)}`
  })
  return (
    <svg className={classes.line} viewBox={`0 0 ${widthPx} ${heightPx}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}

/** At most `maxPoints` means of neighbours; a stretch without any measurement stays a gap. */
export function thinned(values: readonly (number | null)[]): (number | null)[] {
  const step = Math.ceil(values.length / maxPoints)
  if (step <= 1) return [...values]
  const means: (number | null)[] = []
  for (let at = 0; at < values.length; at += step) {
    const known = values.slice(at, at + step).filter((value) => value !== null)
    means.push(known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length)
  }
  return means
}
