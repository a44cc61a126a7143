import {
  Activity,
  Archive,
  Database,
  HardDrive,
  History,
  LayoutDashboard,
  ListFilter,
  Lock,
  type LucideIcon,
  Plug,
  SlidersHorizontal,
} from 'lucide-react'
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

export interface PageEntry {
  readonly id: 'overview' | 'data' | 'query' | 'backups' | 'activity' | 'health' | 'space' | 'locks' | 'settings' | 'connections'
  readonly path: string
  /** Pressed after `g`. */
  readonly key: string
  readonly icon: LucideIcon
  readonly Page: LazyExoticComponent<ComponentType>
  /** Loads its code, which is otherwise loaded when the page is opened. */
  readonly load: () => Promise<unknown>
}

const page = (load: () => Promise<{ default: ComponentType }>) => ({ load, Page: lazy(load) })

/** The pages that exist, in the order of the navigation: one entry each. A page's code is loaded when it is opened. */
export const pages: readonly PageEntry[] = [
  { id: 'overview', path: '/', key: 'o', icon: LayoutDashboard, ...page(() => import('../features/overview/page.tsx')) },
  { id: 'data', path: '/data', key: 'd', icon: Database, ...page(() => import('../features/data/page.tsx')) },
  { id: 'query', path: '/query', key: 'q', icon: ListFilter, ...page(() => import('../features/query/page.tsx')) },
  { id: 'backups', path: '/backups', key: 'b', icon: Archive, ...page(() => import('../features/backups/page.tsx')) },
  { id: 'activity', path: '/activity', key: 'a', icon: History, ...page(() => import('../features/activity/page.tsx')) },
  { id: 'health', path: '/health', key: 'h', icon: Activity, ...page(() => import('../features/health/page.tsx')) },
  { id: 'space', path: '/space', key: 'p', icon: HardDrive, ...page(() => import('../features/space/page.tsx')) },
  { id: 'locks', path: '/locks', key: 'l', icon: Lock, ...page(() => import('../features/locks/page.tsx')) },
  { id: 'settings', path: '/settings', key: 's', icon: SlidersHorizontal, ...page(() => import('../features/settings/page.tsx')) },
  { id: 'connections', path: '/connections', key: 'c', icon: Plug, ...page(() => import('../features/connections/page.tsx')) },
]
