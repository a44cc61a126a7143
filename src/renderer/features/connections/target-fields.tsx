import { Button, PasswordInput, Radio, SegmentedControl, TextInput } from '@mantine/core'
import type { ConnectionTarget, TokenKeeping } from '../../../contract/index.ts'
import { callShell } from '../../bridge/shell.ts'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './connections.module.css'
import { type EditorDraft, placeIn, withPlace } from './editor-draft.ts'
import { useConnectionTexts } from './texts.ts'

const kinds = ['own', 'socket', 'address'] as const
const keepings = ['system', 'file', 'ask'] as const

interface TargetFieldsProps {
  readonly draft: EditorDraft
  readonly canEncrypt: boolean
  readonly onChange: (draft: EditorDraft) => void
}

/** Where the host is: a folder of one's own, a socket, or an address with its token. */
export function TargetFields({ draft, canEncrypt, onChange }: TargetFieldsProps) {
  const t = useConnectionTexts()
  const { kind } = draft.target
  const setPlace = (place: string) => onChange({ ...draft, target: withPlace(kind, place) })
  const browse = async () => {
    const { folder } = await callShell('connections.chooseFolder', {})
    if (folder !== null) setPlace(folder)
  }
  return (
    <>
      <SegmentedControl
        aria-label={t('where')}
        fullWidth
        value={kind}
        data={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
        onChange={(next) => onChange({ ...draft, target: withPlace(next as ConnectionTarget['kind'], '') })}
      />
      <div className={classes.placeRow}>
        <TextInput
          className={classes.grow}
          classNames={{ input: classes.mono }}
          label={t(`place.${kind}`)}
          description={t(`placeHelp.${kind}`)}
          placeholder={kind === 'address' ? 'http://127.0.0.1:7450' : undefined}
          value={placeIn(draft.target)}
          onChange={(event) => setPlace(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        {kind === 'own' && <Button onClick={() => void browse()}>{t('browse')}</Button>}
      </div>
      {kind === 'address' && <TokenFields draft={draft} canEncrypt={canEncrypt} onChange={onChange} />}
    </>
  )
}

function TokenFields({ draft, canEncrypt, onChange }: TargetFieldsProps) {
  const t = useConnectionTexts()
  const ui = useUiTexts()
  const keeps = draft.id !== undefined && draft.tokenKeeping !== 'ask'
  return (
    <>
      <PasswordInput
        label={t('token')}
        description={keeps ? t('tokenKept') : t('tokenHelp')}
        value={draft.token}
        onChange={(event) => onChange({ ...draft, token: event.currentTarget.value })}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': ui('switch.showToken') }}
      />
      <Radio.Group
        label={t('keepToken')}
        value={draft.tokenKeeping}
        onChange={(next) => onChange({ ...draft, tokenKeeping: next as TokenKeeping })}
      >
        <div className={classes.radios}>
          {keepings.map((keeping) => (
            <Radio
              key={keeping}
              value={keeping}
              disabled={keeping === 'system' && !canEncrypt}
              label={t(keeping === 'system' && !canEncrypt ? 'keep.noStore' : `keep.${keeping}`)}
            />
          ))}
        </div>
      </Radio.Group>
    </>
  )
}
