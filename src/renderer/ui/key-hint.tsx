import classes from './key-hint.module.css'

/** Keys as they are pressed, one after the other: `g d`. */
export function KeyHint({ keys }: { keys: string }) {
  return (
    <span className={classes.keys}>
      {keys.split(' ').map((key, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells two equal keys apart
        <kbd key={place}>{key}</kbd>
      ))}
    </span>
  )
}
