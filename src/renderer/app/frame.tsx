import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { ConnectionSwitch } from '../ui/connection-switch.tsx'
import { keyCatalogue } from '../ui/key-catalogue.ts'
import { useKeyboard, useKeys } from '../ui/keys.ts'
import { requestOfPage } from '../ui/page-request.ts'
import { EmptyState, ErrorState, LoadingState } from '../ui/states.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import classes from './frame.module.css'
import { Header } from './header.tsx'
import { KeyHelp } from './key-help.tsx'
import { pageKeys } from './key-list.ts'
import { KeySequence } from './key-sequence.tsx'
import { useLoadAhead } from './load-ahead.ts'
import { Navigation } from './navigation.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { pages } from './pages.ts'
import { Palette } from './palette.tsx'
import { focusNextRegion } from './regions.ts'
import { useShell } from './shell.ts'
import { ShellEvents } from './shell-events.tsx'
import { useAppTexts } from './texts.ts'
import { useWindowTitle } from './window-title.ts'

/** Import and export belong to no page: a file may be dropped anywhere. */
const Transfer = lazy(() => import('../features/transfer/transfer.tsx'))

/** The frame that is always there: navigation left, header above, one page. */
export function Frame() {
  const t = useAppTexts()
  const [location] = useLocation()
  const { opened, open } = useShell()
  useKeyboard()
  useFrameKeys()
  useWindowTitle()
  useLoadAhead()
  return (
    <div className={classes.frame}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('main')?.focus()}>
        {t('skip')}
      </button>
      <Navigation />
      <Header />
      <main className={classes.main} id="main" tabIndex={-1}>
        <ConnectionBanner />
        <div className={classes.page}>
          <PageBoundary
            place={location}
            fallback={(error) => <ErrorState title={t('pageFailed')} error={error} retry={() => window.location.reload()} />}
          >
            <Suspense fallback={<LoadingState />}>
              <Switch>
                {pages.map(({ id, path, Page }) => (
                  <Route key={id} path={path}>
                    <Page />
                  </Route>
                ))}
                <Route>
                  <EmptyState
                    title={t('notFound')}
                    actions={
                      <Button component={Link} href="/">
                        {t('toOverview')}
                      </Button>
                    }
                  />
                </Route>
              </Switch>
            </Suspense>
          </PageBoundary>
        </div>
      </main>
      <ShellEvents />
      <ConnectionSwitch />
      <Suspense fallback={null}>
        <Transfer />
      </Suspense>
      <KeyHelp opened={opened === 'keys'} onClose={() => open(undefined)} />
      <KeySequence />
      {opened === 'palette' && <Palette onClose={() => open(undefined)} />}
    </div>
  )
}

/** The keys that work on every page. */
function useFrameKeys(): void {
  const [, navigate] = useLocation()
  const { showKeys, showJobs, showPalette } = useShell()
  const search = () => {
    navigate('/data')
    requestOfPage('search')
  }
  useKeys([
    ...pageKeys.map(({ keys, scope, page }) => ({ keys, scope, run: () => navigate(page.path) })),
    { ...keyCatalogue.palette, run: showPalette },
    { ...keyCatalogue.search, run: search },
    { ...keyCatalogue.jobs, run: showJobs },
    { ...keyCatalogue.help, run: showKeys },
    { ...keyCatalogue.regions, run: (stroke) => focusNextRegion(stroke.startsWith('Shift')) },
  ])
}
