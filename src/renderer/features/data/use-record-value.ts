import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RecordPart } from '../../../contract/index.ts'
import { bytesOfBase64 } from '../../bridge/value-bytes.ts'
import { readWhole } from './value-parts.ts'
import type { Look } from './viewers/decode-messages.ts'
import type { Decoder } from './viewers/decoder.ts'

/** What can be shown of a value: its bytes and what they are. All of one state of the record. */
export interface ShownValue {
  readonly record: RecordPart
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Else it is the beginning. */
  readonly isWhole: boolean
  readonly look: Look
}

export interface RecordValue {
  /** Undefined until it is decoded for the first time; then the last that was. */
  readonly shown: ShownValue | undefined
  /** All of it; undefined while only the beginning is here. */
  readonly whole: Uint8Array<ArrayBuffer> | undefined
  /** Bytes that are here of a value that is being loaded. */
  readonly loadedBytes: number | undefined
  /** All of it is here, and not decoded yet. */
  readonly isDecoding: boolean
  readonly error: unknown
  load(): Promise<void>
  stop(): void
}

interface Loaded {
  readonly version: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The value of a record as far as it is needed: its beginning, then all of it, decoded on a thread of its own. */
export function useRecordValue(record: RecordPart, decoder: Decoder): RecordValue {
  const [loaded, setLoaded] = useState<Loaded>()
  const [loadedBytes, setLoadedBytes] = useState<number>()
  const [error, setError] = useState<unknown>()
  const loading = useRef<AbortController>(undefined)
  useEffect(() => () => loading.current?.abort(), [])

  const { key, version, size } = record
  const begin = useMemo(() => bytesOfBase64(record.bytes), [record.bytes])
  const whole = begin.length === size ? begin : loaded?.version === version ? loaded.bytes : undefined

  const load = useCallback(async () => {
    loading.current?.abort()
    const controller = new AbortController()
    loading.current = controller
    setError(undefined)
    setLoadedBytes(0)
    try {
      setLoaded({ version, bytes: await readWhole({ key, version, size }, setLoadedBytes, controller.signal) })
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure)
    } finally {
      if (loading.current === controller) setLoadedBytes(undefined)
    }
  }, [key, version, size])

  const [shown, setShown] = useState<ShownValue>()
  useEffect(() => {
    const gone = new AbortController()
    const bytes = whole ?? begin
    const isWhole = whole !== undefined
    decoder.run('look', { bytes, contentType: record.contentType, isWhole }, gone.signal).then(
      (look) => setShown({ record, bytes, isWhole, look }),
      (failure: unknown) => {
        if (!gone.signal.aborted) setError(failure)
      },
    )
    return () => gone.abort()
  }, [decoder, record, begin, whole])

  const isDecoding = whole !== undefined && shown !== undefined && shown.bytes !== whole
  return { shown, whole, loadedBytes, isDecoding, error, load, stop: () => loading.current?.abort() }
}
