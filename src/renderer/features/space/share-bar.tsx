import classes from './space.module.css'

/** A length beside the number that says the same: 0 to 1 of the longest. */
export function ShareBar({ share }: { share: number }) {
  return (
    <span className={classes.bar} aria-hidden="true">
      {share > 0 && <span style={{ width: `${100 * Math.min(1, share)}%` }} />}
    </span>
  )
}
