import classes from './key-hint.module.css'

const isMac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform)
const shown: Record<string, string> = { Mod: isMac ? '⌘' : 'Ctrl', Delete: 'Del', Insert: 'Ins' }

/** Keys as they are pressed: `g d` one after the other, `Mod+K` together. */
export function KeyHint({ keys }: { keys: string }) {
  return (
    <span className={classes.keys}>
      {keys.split(/[ +]/).map((key, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells two equal keys apart
        <kbd key={place}>{shown[key] ?? key}</kbd>
      ))}
    </span>
  )
}
