import { useEffect } from 'react'
import { create } from 'zustand'
// Not through the index: it would bring every schema into the first script of the page.
import { type DeepLink, makeDeepLink } from '../../contract/deep-link.ts'

type KindOf<K extends DeepLink['kind']> = Extract<DeepLink, { kind: K }>

const useFollowed = create<{ link: DeepLink | undefined }>(() => ({ link: undefined }))

/** The address of a record, for another person or another program on this machine: `holdfast://data/…`. */
export const linkToRecord = (key: string): string => makeDeepLink({ kind: 'data', key })

/** The address of a backup. */
export const linkToBackup = (id: string): string => makeDeepLink({ kind: 'backups', id })

/** Keeps a link until the page that it points at is there. */
export const followLink = (link: DeepLink): void => useFollowed.setState({ link })

/** Calls `answer` once for each followed link of that kind, also when it was followed before the page was there. */
export function useFollowedLink<K extends DeepLink['kind']>(kind: K, answer: (link: KindOf<K>) => void): void {
  const link = useFollowed((state) => state.link)
  useEffect(() => {
    if (link?.kind !== kind) return
    useFollowed.setState({ link: undefined })
    answer(link as KindOf<K>)
  })
}
