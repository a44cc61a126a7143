import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatRelative, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { RelativeTime } from '../../ui/quantities.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { useActorText } from './meta-line.tsx'
import { useDataTexts } from './texts.ts'
import { useLast } from './use-last.ts'
import type { Conflict, Decision } from './use-save-draft.ts'
import classes from './value-pane.module.css'
import { Comparison } from './viewers/comparison.tsx'

interface ConflictDialogProps {
  readonly conflict: Conflict | undefined
  readonly onDecide: (decision: Decision) => Promise<void>
}

/** Both sides, with who and when and where they differ, and what can be done; nothing is overwritten unasked. */
export function ConflictDialog({ conflict, onDecide }: ConflictDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const shown = useLast(conflict)
  const goOn = () => void onDecide('go-on')
  return (
    <Modal
      opened={conflict !== undefined}
      onClose={goOn}
      size={880}
      title={t('conflict.title', { key: shown?.draft.key ?? '' })}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      {shown && (
        <>
          <p className={classes.conflictText}>{t('conflict.text')}</p>
          <Sides conflict={shown} />
          <DialogActions>
            <Button onClick={goOn} data-autofocus>
              {t('conflict.goOn')}
            </Button>
            <Button onClick={() => void onDecide('discard')}>{t('conflict.keepTheirs')}</Button>
            <Button variant="filled" color="red" onClick={() => void onDecide('overwrite')}>
              {t(shown.theirs.kind === 'changed' ? 'conflict.keepMine' : 'conflict.createMine')}
            </Button>
          </DialogActions>
        </>
      )}
    </Modal>
  )
}

function Sides({ conflict: { draft, theirs } }: { conflict: Conflict }) {
  const t = useDataTexts()
  const language = useLanguage()
  return (
    <div className={classes.sides}>
      <Side title={t('conflict.theirs')}>
        {theirs.kind === 'changed' ? (
          <WhoAndWhen by={theirs.record.writtenBy ?? undefined} at={theirs.record.updatedAt} />
        ) : (
          <>
            {t('conflict.deleted')} <WhoAndWhen by={theirs.by} at={theirs.at} />
          </>
        )}
      </Side>
      <Side title={t('conflict.mine')}>
        {t('conflict.you')} · {t('conflict.since', { time: formatRelative(draft.begunAtMs, Date.now(), language) })}
      </Side>
      <div className={classes.both}>
        <Comparison
          before={theirs.kind === 'changed' ? theirs.text : ''}
          after={draft.text}
          language={draft.view}
          names={{ before: t('conflict.theirs'), after: t('conflict.mine') }}
          columns="two"
        />
      </div>
    </div>
  )
}

function Side({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.side}>
      <strong>{title}</strong>
      <span>{children}</span>
    </div>
  )
}

type Actor = Parameters<ReturnType<typeof useActorText>>[0]

function WhoAndWhen({ by, at }: { by: Actor | undefined; at: string | undefined }) {
  const actorText = useActorText()
  return (
    <>
      {by !== undefined && actorText(by)}
      {by !== undefined && at !== undefined && ' · '}
      {at !== undefined && <RelativeTime at={at} />}
    </>
  )
}
