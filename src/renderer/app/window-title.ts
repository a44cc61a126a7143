import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { useOperation } from '../bridge/query.ts'
import { isActive } from '../ui/job-progress.tsx'
import { pages } from './pages.ts'
import { useAppTexts } from './texts.ts'

/** The title of the window or tab says what is in it: running jobs, page, host. */
export function useWindowTitle(): void {
  const t = useAppTexts()
  const [location] = useLocation()
  const status = useOperation('status.get', {})
  const jobs = useOperation('jobs.list', { limit: 50 })
  const running = jobs.state === 'ready' ? jobs.data.items.filter(isActive).length : 0
  const page = pages.find(({ path }) => (path === '/' ? location === '/' : location.startsWith(path)))
  const host = status.state === 'ready' ? status.data.hostname : undefined
  const parts = [page && t(`page.${page.id}`), host, 'Holdfast'].filter(Boolean)
  const title = `${running > 0 ? `(${running}) ` : ''}${parts.join(' · ')}`
  useEffect(() => {
    document.title = title
  }, [title])
}
