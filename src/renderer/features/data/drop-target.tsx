import { type DragEvent, type ReactNode, useState } from 'react'
import classes from './page.module.css'
import { useDataTexts } from './texts.ts'

/** Takes a file that is dropped anywhere on the page. */
export function DropTarget({ onFile, children }: { onFile: (file: File) => void; children: ReactNode }) {
  const t = useDataTexts()
  const [over, setOver] = useState(false)
  const hasFile = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the Import button is the one for everybody
    <div
      className={classes.target}
      onDragOver={(event) => {
        if (!hasFile(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={(event) => {
        setOver(false)
        const [file] = event.dataTransfer.files
        if (event.defaultPrevented || !file) return
        event.preventDefault()
        onFile(file)
      }}
    >
      {children}
      {over && <div className={classes.over}>{t('import.dropPage')}</div>}
    </div>
  )
}
