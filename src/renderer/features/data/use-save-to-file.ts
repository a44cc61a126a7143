import { useEffect, useRef, useState } from 'react'
import { asCallError } from '../../bridge/call.ts'
import { fileNameOf, openFileSink } from '../../bridge/file-sink.ts'
import { notify } from '../../ui/notify.tsx'
import type { ShownValue } from './use-record-value.ts'
import { partsOf } from './value-parts.ts'
import type { ValueView } from './viewers/value-views.ts'

const extensions: Partial<Record<ValueView, string>> = { json: '.json', text: '.txt', msgpack: '.msgpack', cbor: '.cbor' }
const imageExtensions: Readonly<Record<string, string>> = { 'image/jpeg': '.jpg', 'image/svg+xml': '.svg', 'image/x-icon': '.ico' }

const extensionOf = ({ views, imageType }: ShownValue['look']): string => {
  if (imageType !== undefined) return imageExtensions[imageType] ?? `.${imageType.replace(/^image\//, '')}`
  return extensions[views[0] ?? 'hex'] ?? '.bin'
}

/** Writes a value into a file, part by part as the host gives it: also one that is not loaded. */
export function useSaveToFile() {
  const [savedBytes, setSavedBytes] = useState<number>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  /** Resolves to whether there is a file now. */
  const save = async ({ record, bytes, isWhole, look }: ShownValue): Promise<boolean> => {
    const controller = new AbortController()
    running.current = controller
    const sink = await openFileSink(fileNameOf(record.key, extensionOf(look)), record.contentType)
    if (sink === undefined) return false
    setSavedBytes(0)
    let saved = 0
    try {
      for await (const part of isWhole ? [bytes] : partsOf(record, controller.signal)) {
        await sink.write(part)
        saved += part.length
        setSavedBytes(saved)
      }
      await sink.close()
      return true
    } catch (error) {
      await sink.abort()
      if (!controller.signal.aborted) notify({ subject: 'records.saveFile', level: 'critical', message: asCallError(error).message })
      return false
    } finally {
      setSavedBytes(undefined)
    }
  }
  return { savedBytes, save, stop: () => running.current?.abort() }
}
