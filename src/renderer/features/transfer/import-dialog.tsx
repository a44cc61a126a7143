import { Button, FileButton, Modal } from '@mantine/core'
import { useState } from 'react'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { addFiles, closeImport, nextFile } from './import-actions.ts'
import { ImportRunView } from './import-run-view.tsx'
import { ImportSetup } from './import-setup.tsx'
import { PlaceForm, type PlaceKind } from './place-form.tsx'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import { isBusy, useTransferStore } from './transfer-store.ts'

const accepted = '.csv,.tsv,.tab,.ndjson,.jsonl,.json,.txt,text/csv,application/json,application/x-ndjson'

/** From a file to records: what it is, what would be, how far it is, what failed. An import goes on when this is closed. */
export function ImportDialog() {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const { opened, task, waiting } = useTransferStore()
  const [place, setPlace] = useState<PlaceKind>()
  const isSetup = task?.phase === 'setup' || task?.phase === 'checked'
  return (
    <Modal
      opened={opened}
      onClose={closeImport}
      size={isSetup ? 1160 : task ? 760 : 560}
      title={t('import.title')}
      closeButtonProps={{ 'aria-label': ui('close') }}
      // Half a mapping is lost by a click beside the dialog.
      closeOnClickOutside={!isSetup}
    >
      <div className={classes.form}>
        {!task && place === undefined && <ChooseFile onPlace={setPlace} />}
        {!task && place !== undefined && <PlaceForm kind={place} onBack={() => setPlace(undefined)} />}
        {task && isSetup && <ImportSetup task={task} />}
        {task && !isSetup && <ImportRunView task={task} />}
        {task && waiting.length > 0 && (
          <div className={classes.line}>
            <span className={classes.hint}>
              {t('import.waiting', { count: waiting.length, n: formatNumber(waiting.length, language) })}
            </span>
            {!isBusy(task) && <Button onClick={() => void nextFile()}>{t('import.next')}</Button>}
          </div>
        )}
      </div>
    </Modal>
  )
}

function ChooseFile({ onPlace }: { onPlace: (place: PlaceKind) => void }) {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const refusal = useTransferStore((state) => state.refusal)
  const waiting = useTransferStore((state) => state.waiting)
  return (
    <>
      <p className={classes.text}>{t('import.text')}</p>
      {refusal && (
        <div className={classes.line} role="alert">
          <LevelMark level="warning" />
          <span>{t(`refusal.${refusal.reason}`, { file: refusal.file })}</span>
        </div>
      )}
      <div className={classes.drop}>
        <FileButton multiple onChange={(files) => void addFiles(files)} accept={accepted}>
          {(props) => (
            <Button {...props} variant="filled" data-autofocus>
              {t('import.choose')}
            </Button>
          )}
        </FileButton>
        <span>{t('import.drop')}</span>
      </div>
      <div className={classes.line}>
        <Button onClick={() => onPlace('redis')}>{t('place.redis')}</Button>
        <Button onClick={() => onPlace('lmdb')}>{t('place.lmdb')}</Button>
      </div>
      <DialogActions>
        {waiting.length > 0 && <Button onClick={() => void nextFile()}>{t('import.next')}</Button>}
        <Button onClick={closeImport}>{ui('cancel')}</Button>
      </DialogActions>
    </>
  )
}
