import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { HeldLock, LockWaiter, OutputOf } from '../../../contract/index.ts'
import type { Loaded } from '../../bridge/query.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { Count, RelativeTime } from '../../ui/quantities.tsx'
import { EmptyState, LoadedView } from '../../ui/states.tsx'
import classes from './locks.module.css'
import { useLockTexts } from './texts.ts'

/** Rows that are drawn; the filter leads to the others. */
const shownLocks = 200

interface LockSectionProps {
  readonly locks: Loaded<OutputOf<'locks.list'>>
  readonly onRelease: (lock: HeldLock) => void
}

export function LockSection({ locks, onRelease }: LockSectionProps) {
  const t = useLockTexts()
  const [typed, setTyped] = useState('')
  const isSearchable = locks.state === 'ready' && locks.data.items.length > 0
  return (
    <Section
      title={t('locks')}
      actions={
        isSearchable && (
          <TextInput
            type="search"
            className={classes.find ?? ''}
            aria-label={t('find')}
            placeholder={t('find')}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )
      }
    >
      <LoadedView loaded={locks}>
        {({ items, next }) => {
          if (items.length === 0) return <EmptyState title={t('noLocks')}>{t('noLocksText')}</EmptyState>
          const found = items.filter((lock) => fits(lock, typed))
          if (found.length === 0)
            return <EmptyState title={t('noneFits')} actions={<Button onClick={() => setTyped('')}>{t('clear')}</Button>} />
          return <LockTable found={found} hasMore={next !== null} read={items.length} onRelease={onRelease} />
        }}
      </LoadedView>
    </Section>
  )
}

const fits = ({ names, owner }: HeldLock, typed: string): boolean =>
  [...names, owner].some((text) => text.toLowerCase().includes(typed.trim().toLowerCase()))

interface LockTableProps {
  readonly found: readonly HeldLock[]
  readonly hasMore: boolean
  readonly read: number
  readonly onRelease: (lock: HeldLock) => void
}

function LockTable({ found, hasMore, read, onRelease }: LockTableProps) {
  const t = useLockTexts()
  const language = useLanguage()
  const columns: readonly Column<HeldLock>[] = [
    { id: 'name', title: t('name'), cell: (lock) => <Names lock={lock} /> },
    { id: 'holder', title: t('holder'), cell: ({ owner }) => <Owner owner={owner} /> },
    { id: 'since', title: t('since'), cell: ({ acquiredAt }) => <RelativeTime at={acquiredAt} /> },
    { id: 'ends', title: t('ends'), mark: <HelpMark term="lease" />, cell: ({ expiresAt }) => <RelativeTime at={expiresAt} /> },
    { id: 'waiting', title: t('waiting'), cell: (lock) => <Queue lock={lock} /> },
    {
      id: 'token',
      title: t('token'),
      mark: <HelpMark term="fencingToken" />,
      numeric: true,
      cell: ({ token }) => <code className={classes.code}>{token}</code>,
    },
    {
      id: 'release',
      title: '',
      numeric: true,
      cell: (lock) => (
        <Button size="compact-xs" aria-label={t('releaseName', { name: lock.names[0] ?? '' })} onClick={() => onRelease(lock)}>
          {t('release')}
        </Button>
      ),
    },
  ]
  return (
    <>
      <div className={classes.table}>
        <DataTable label={t('locks')} columns={columns} rows={found.slice(0, shownLocks)} rowKey={({ id }) => id} />
      </div>
      {found.length > shownLocks && <p className={classes.note}>{t('firstOnly', { n: formatNumber(shownLocks, language) })}</p>}
      {hasMore && <p className={classes.note}>{t('more', { n: formatNumber(read, language) })}</p>}
    </>
  )
}

function Names({ lock: { names, mode } }: { lock: HeldLock }) {
  const t = useLockTexts()
  return (
    <span className={classes.names} title={names.join('\n')}>
      <code className={classes.code}>{names[0]}</code>
      {names.length > 1 && <span className={classes.quiet}>{t('moreNames', { count: names.length - 1 })}</span>}
      <span className={classes.mode}>{t(mode)}</span>
    </span>
  )
}

function Owner({ owner }: { owner: string }) {
  const t = useLockTexts()
  return owner === '' ? <span className={classes.quiet}>{t('unnamed')}</span> : <span className={classes.owner}>{owner}</span>
}

/** How many wait, and the first of them in their order. */
function Queue({ lock: { waiting, queue } }: { lock: HeldLock }) {
  if (waiting === 0) return <span className={classes.quiet}>–</span>
  return (
    <div className={classes.queue}>
      <Count value={waiting} />
      <ol>
        {queue.map((waiter) => (
          <Waiter key={`${waiter.since} ${waiter.owner} ${waiter.names.join()}`} waiter={waiter} />
        ))}
      </ol>
    </div>
  )
}

function Waiter({ waiter: { owner, mode, since } }: { waiter: LockWaiter }) {
  const t = useLockTexts()
  return (
    <li>
      <Owner owner={owner} /> <span className={classes.quiet}>{t(mode)} ·</span> <RelativeTime at={since} narrow />
    </li>
  )
}
