import { Button, Modal } from '@mantine/core'
import { decodeValue, textOf } from '../../bridge/value-bytes.ts'
import { formatRelative, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { RelativeTime } from '../../ui/quantities.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { formatJson } from './json-format.ts'
import { useDataTexts } from './texts.ts'
import type { Conflict, Decision } from './use-save-draft.ts'
import { contentOf } from './value-content.ts'
import classes from './value-pane.module.css'

/** Both sides are shown in part when they are long; the decision is about the whole. */
const shownCharacters = 20_000

interface ConflictDialogProps {
  readonly conflict: Conflict | undefined
  readonly onDecide: (decision: Decision) => Promise<void>
}

/** Both sides with their times, and what can be done; nothing is overwritten unasked. */
export function ConflictDialog({ conflict, onDecide }: ConflictDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const goOn = () => void onDecide('go-on')
  return (
    <Modal
      opened={conflict !== undefined}
      onClose={goOn}
      size={880}
      title={t('conflict.title', { key: conflict?.draft.key ?? '' })}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      {conflict && (
        <>
          <p className={classes.conflictText}>{t('conflict.text')}</p>
          <div className={classes.sides}>
            <Side
              title={t('conflict.mine')}
              note={t('conflict.since', { time: formatRelative(conflict.draft.begunAtMs, Date.now(), language) })}
              text={conflict.draft.text}
            />
            {conflict.theirs ? (
              <Side
                title={t('conflict.theirs')}
                note={
                  <>
                    {t('updated')} <RelativeTime at={conflict.theirs.updatedAt} />
                  </>
                }
                text={readable(conflict.theirs, conflict.draft.view)}
              />
            ) : (
              <Side title={t('conflict.theirs')} note={t('conflict.deleted')} text="" />
            )}
          </div>
          <DialogActions>
            <Button onClick={goOn} data-autofocus>
              {t('conflict.goOn')}
            </Button>
            <Button onClick={() => void onDecide('discard')}>{t('conflict.keepTheirs')}</Button>
            <Button variant="filled" color="red" onClick={() => void onDecide('overwrite')}>
              {t(conflict.theirs ? 'conflict.keepMine' : 'conflict.createMine')}
            </Button>
          </DialogActions>
        </>
      )}
    </Modal>
  )
}

function Side({ title, note, text }: { title: string; note: React.ReactNode; text: string }) {
  return (
    <section className={classes.side} aria-label={title}>
      <div className={classes.sideHead}>
        <strong>{title}</strong>
        <span>{note}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus */}
      <pre tabIndex={0}>{text.slice(0, shownCharacters)}</pre>
    </section>
  )
}

function readable(record: NonNullable<Conflict['theirs']>, view: 'text' | 'json'): string {
  const bytes = decodeValue(record.value, record.encoding)
  const text = textOf(bytes) ?? ''
  return view === 'json' && contentOf(bytes, record.contentType).views[0] === 'json' ? formatJson(text) : text
}
