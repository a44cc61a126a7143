import { useEffect, useState } from 'react'
import { formatNumber, useLanguage } from '../../../language/index.ts'
import classes from './image-view.module.css'
import { useViewerTexts } from './viewer-texts.ts'

type Picture = { readonly width: number; readonly height: number } | 'broken' | undefined

/** A picture, drawn by the browser as one: nothing in it runs or loads anything. */
export function ImageView({ bytes, type, label }: { bytes: Uint8Array<ArrayBuffer>; type: string | undefined; label: string }) {
  const t = useViewerTexts()
  const language = useLanguage()
  const [address, setAddress] = useState<string>()
  const [picture, setPicture] = useState<Picture>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type: type ?? '' }))
    setAddress(made)
    setPicture(undefined)
    return () => URL.revokeObjectURL(made)
  }, [bytes, type])
  if (picture === 'broken') {
    return (
      <p className={classes.note} role="status">
        {t('notImage')}
      </p>
    )
  }
  return (
    <div className={classes.view}>
      {address !== undefined && (
        <img
          className={classes.picture}
          src={address}
          alt={label}
          decoding="async"
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setPicture({ width: naturalWidth, height: naturalHeight })}
          onError={() => setPicture('broken')}
        />
      )}
      {picture !== undefined && (
        <p className={classes.note}>
          {formatNumber(picture.width, language)} × {formatNumber(picture.height, language)} px · {type?.replace(/^image\//, '')}
        </p>
      )}
    </div>
  )
}
