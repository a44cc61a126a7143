import { Checkbox, Radio, TextInput } from '@mantine/core'
import { type ConnectionColour, connectionColours } from '../../../contract/connection-colours.ts'
import { ConnectionMark } from '../../ui/connection-mark.tsx'
import classes from './connections.module.css'
import { useConnectionTexts } from './texts.ts'

interface Marked {
  readonly name: string
  readonly colour: ConnectionColour
  readonly production: boolean
}

interface MarkFieldsProps<T extends Marked> {
  readonly draft: T
  /** The name is the host's own and cannot be changed here. */
  readonly fixedName?: boolean
  readonly onChange: (draft: T) => void
}

/** How a connection is told from the others, and whether a mistake on it is dear. */
export function MarkFields<T extends Marked>({ draft, fixedName = false, onChange }: MarkFieldsProps<T>) {
  const t = useConnectionTexts()
  return (
    <>
      {!fixedName && (
        <TextInput
          label={t('name')}
          value={draft.name}
          maxLength={64}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <Radio.Group
        label={t('colour')}
        value={draft.colour}
        onChange={(colour) => onChange({ ...draft, colour: colour as ConnectionColour })}
      >
        <div className={classes.colours}>
          {connectionColours.map((colour) => (
            <Radio
              key={colour}
              value={colour}
              label={
                <span className={classes.name}>
                  <ConnectionMark colour={colour} />
                  {t(`colour.${colour}`)}
                </span>
              }
            />
          ))}
        </div>
      </Radio.Group>
      <Checkbox
        label={t('production')}
        description={t('productionHelp')}
        checked={draft.production}
        onChange={(event) => onChange({ ...draft, production: event.currentTarget.checked })}
      />
    </>
  )
}
