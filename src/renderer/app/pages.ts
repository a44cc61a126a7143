import { Database, LayoutDashboard, type LucideIcon } from 'lucide-react'
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

export interface PageEntry {
  readonly id: 'overview' | 'data' | 'backups' | 'health' | 'settings'
  readonly path: string
  /** Pressed after `g`. */
  readonly key: string
  readonly icon: LucideIcon
  readonly Page: LazyExoticComponent<ComponentType>
}

/** The pages that exist, in the order of the navigation: one entry each. A page's code is loaded when it is opened. */
export const pages: readonly PageEntry[] = [
  { id: 'overview', path: '/', key: 'o', icon: LayoutDashboard, Page: lazy(() => import('../features/overview/page.tsx')) },
  { id: 'data', path: '/data', key: 'd', icon: Database, Page: lazy(() => import('../features/data/page.tsx')) },
]
