import { create } from 'zustand'

interface SwitchStore {
  /** The connection that somebody wants, while the questions before it are open. */
  readonly wantedId: string | undefined
}

export const useSwitch = create<SwitchStore>(() => ({ wantedId: undefined }))

/** Begins a switch from anywhere: header, page, palette, tray. Unsaved work and a token are asked about first. */
export const wantConnection = (id: string): void => useSwitch.setState({ wantedId: id })
