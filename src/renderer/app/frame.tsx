import { Button } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { ConnectionSwitch } from '../ui/connection-switch.tsx'
import { requestOfPage } from '../ui/page-request.ts'
import { EmptyState, ErrorState, LoadingState } from '../ui/states.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import classes from './frame.module.css'
import { Header } from './header.tsx'
import { KeyHelp } from './key-help.tsx'
import { useGlobalKeys } from './keys.ts'
import { Navigation } from './navigation.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { pages } from './pages.ts'
import { ShellEvents } from './shell-events.tsx'
import { useAppTexts } from './texts.ts'

/** Import and export belong to no page: a file may be dropped anywhere. */
const Transfer = lazy(() => import('../features/transfer/transfer.tsx'))

/** The frame that is always there: navigation left, header above, one page. */
export function Frame() {
  const t = useAppTexts()
  const [location, navigate] = useLocation()
  const [helpOpened, setHelpOpened] = useState(false)
  const keys = useMemo(
    () => ({
      go: (letter: string) => {
        const page = pages.find(({ key }) => key === letter)
        if (page) navigate(page.path)
        return page !== undefined
      },
      search: () => {
        navigate('/data')
        requestOfPage('search')
      },
      help: () => setHelpOpened(true),
    }),
    [navigate],
  )
  useGlobalKeys(keys)
  return (
    <div className={classes.frame}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('main')?.focus()}>
        {t('skip')}
      </button>
      <Navigation />
      <Header showKeys={() => setHelpOpened(true)} />
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
      <KeyHelp opened={helpOpened} onClose={() => setHelpOpened(false)} />
    </div>
  )
}
