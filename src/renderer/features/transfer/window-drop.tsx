import { useEffect, useState } from 'react'
import { addFiles } from './import-actions.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import { useTransferStore } from './transfer-store.ts'

/** Takes files that are dropped anywhere on the window. */
export function WindowDrop() {
  const t = useTransferTexts()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      if (!hasFiles(event) || event.defaultPrevented) return
      event.preventDefault()
      void take(event.dataTransfer)
    }
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('drop', onDrop)
    }
  }, [])
  return over ? <div className={classes.over}>{t('import.dropPage')}</div> : null
}

async function take(dropped: DataTransfer | null): Promise<void> {
  const items = [...(dropped?.items ?? [])]
  const folder = items.map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory)
  if (!folder) {
    await addFiles([...(dropped?.files ?? [])])
    return
  }
  useTransferStore.setState({ opened: true, refusal: { file: folder.name, reason: 'folder' } })
}
