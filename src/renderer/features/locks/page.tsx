import { useEffect, useState } from 'react'
import type { HeldLock, TransactionView } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { Page } from '../../ui/page.tsx'
import { usePageRequest } from '../../ui/page-request.ts'
import { ReleaseDialog, RollBackDialog } from './dialogs.tsx'
import { LockSection } from './lock-section.tsx'
import classes from './locks.module.css'
import { useLockTexts } from './texts.ts'
import { TransactionSection } from './transaction-section.tsx'

/** Locks change without an event: they come and go many times a second. */
const refetchMs = 2000
const readLocks = 1000

/** Who holds what, who waits for it, and what was begun and is not committed: as it happens. */
export default function LocksPage() {
  const t = useLockTexts()
  const locks = useOperation('locks.list', { limit: readLocks }, { refetchMs })
  const transactions = useOperation('transactions.list', { limit: readLocks }, { refetchMs })
  const [releasing, setReleasing] = useState<HeldLock>()
  const [rollingBack, setRollingBack] = useState<TransactionView>()
  const held = locks.state === 'ready' ? locks.data.items : undefined
  const open = transactions.state === 'ready' ? transactions.data.items : undefined
  const [wanted, setWanted] = useState<string>()
  usePageRequest('release-lock', setWanted)
  // It may be younger than the list.
  const wantedLock = held?.find(({ id }) => id === wanted)
  useEffect(() => {
    if (wantedLock === undefined) return
    setReleasing(wantedLock)
    setWanted(undefined)
  }, [wantedLock])
  return (
    <Page title={t('title')} sentence={held && open && <Sentence held={held.length} open={open.length} />}>
      <div className={classes.columns}>
        <LockSection locks={locks} onRelease={setReleasing} />
        <TransactionSection transactions={transactions} onRollBack={setRollingBack} />
      </div>
      <ReleaseDialog
        lock={releasing}
        onReleased={() => locks.state !== 'loading' && locks.retry()}
        onClose={() => setReleasing(undefined)}
      />
      <RollBackDialog
        transaction={rollingBack}
        onRolledBack={() => transactions.state !== 'loading' && transactions.retry()}
        onClose={() => setRollingBack(undefined)}
      />
    </Page>
  )
}

function Sentence({ held, open }: { held: number; open: number }) {
  const t = useLockTexts()
  if (held === 0 && open === 0) return <>{t('calm')}</>
  return <>{t('sentence', { locks: t('locksHeld', { count: held }), transactions: t('transactionsOpen', { count: open }) })}</>
}
