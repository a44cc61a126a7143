import { useEffect } from 'react'
import { pages } from './pages.ts'
import { loadPaletteResults } from './palette.tsx'

/** The first page and its data come first. */
const afterMs = 1500

/**
 * Loads what is otherwise loaded when it is opened, once the first page is there: a host that is gone can give no code either, and the
 * pages have to open all the same. What does not come now is asked for when it is opened.
 */
export function useLoadAhead(): void {
  useEffect(() => {
    const loadAll = async () => {
      for (const load of [loadPaletteResults, ...pages.map((page) => page.load)]) await load().catch(() => undefined)
    }
    const timer = setTimeout(() => void loadAll(), afterMs)
    return () => clearTimeout(timer)
  }, [])
}
