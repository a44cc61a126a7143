import { create } from 'zustand'

interface Shell {
  readonly opened: 'palette' | 'keys' | 'jobs' | undefined
  open(what: Shell['opened']): void
  showKeys(): void
  showJobs(): void
  showPalette(): void
}

/** Which of the frame's own surfaces is open; at most one. */
export const useShell = create<Shell>((set) => ({
  opened: undefined,
  open: (opened) => set({ opened }),
  showKeys: () => set({ opened: 'keys' }),
  showJobs: () => set({ opened: 'jobs' }),
  showPalette: () => set({ opened: 'palette' }),
}))
