import { ShieldAlert } from 'lucide-react'
import type { ConnectionColour } from '../../contract/index.ts'
import './connection-colours.css'
import classes from './connection-mark.module.css'
import { useUiTexts } from './texts.ts'

/** The colour of a connection, beside its name. It says nothing alone, so it has no name of its own. */
export function ConnectionMark({ colour }: { colour: ConnectionColour }) {
  return <span className={classes.mark} data-colour={colour} aria-hidden="true" />
}

/** The word and sign of a host on which a mistake is dear. */
export function ProductionBadge() {
  const t = useUiTexts()
  return (
    <span className={classes.production}>
      <ShieldAlert size={13} aria-hidden="true" />
      {t('production')}
    </span>
  )
}
