import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Router } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { bridge } from '../bridge/bridge.ts'
import { useConnection } from '../bridge/connection.ts'
import { followHost } from '../bridge/events.ts'
import { makeQueryClient } from '../bridge/query.ts'
import { ErrorState } from '../ui/states.tsx'
import { Frame } from './frame.tsx'
import { Notes } from './notes.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { useAppTexts } from './texts.ts'
import { colorSchemeManager, resolveVariables, theme } from './theme.ts'
import { TokenGate } from './token-gate.tsx'

export function App() {
  const [queries] = useState(makeQueryClient)
  const refused = useConnection((state) => state.refused)
  const hasHost = bridge() !== undefined
  useEffect(() => (hasHost && !refused ? followHost(queries) : undefined), [queries, hasHost, refused])
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      cssVariablesResolver={resolveVariables}
    >
      <QueryClientProvider client={queries}>
        {hasHost && !refused ? (
          <Router hook={useHashLocation}>
            <PageBoundary place="app" fallback={(error) => <AppFailed error={error} />}>
              <Frame />
            </PageBoundary>
          </Router>
        ) : (
          <TokenGate refused={refused} />
        )}
        <Notes />
      </QueryClientProvider>
    </MantineProvider>
  )
}

/** Whatever fails, a person sees a sentence and a way on, never an empty window. */
function AppFailed({ error }: { error: unknown }) {
  const t = useAppTexts()
  return (
    <main>
      <ErrorState title={t('appFailed')} error={error} retry={() => window.location.reload()} />
    </main>
  )
}
