import classes from './change-bars.module.css'

const barPx = 6
const gapPx = 2
const heightPx = 24

/** How much happened in each of equally long spans, for the eye only: the sum stands beside it. Nothing measured is no bar. */
export function ChangeBars({ values }: { values: readonly (number | null)[] }) {
  const top = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE)
  const width = Math.max(1, values.length) * (barPx + gapPx)
  return (
    <svg className={classes.bars} viewBox={`0 0 ${width} ${heightPx}`} preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2={width} y1={heightPx - 0.5} y2={heightPx - 0.5} />
      {values.map((value, place) => {
        // What is small beside the greatest must still be seen.
        const height = value === null || value === 0 ? 0 : Math.max(1.5, (value / top) * (heightPx - 1))
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in time is what a bar is
        return <rect key={place} x={place * (barPx + gapPx)} y={heightPx - height} width={barPx} height={height} />
      })}
    </svg>
  )
}
