import { describe, expect, test } from 'vitest'
import type { LockGrant, TransactionView } from '../../src/contract/index.ts'
import { FramePage } from './pages/frame.ts'
import { LocksPage } from './pages/locks.ts'
import { PalettePage } from './pages/palette.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const json = { 'content-type': 'application/json' }

describe.each(doorsAndClient)('locks and transactions: $name', (door) => {
  const app = useApp(door)
  const frame = () => new FramePage(app().page)
  const locks = () => new LocksPage(app().page)
  const post = async <Answer>(path: string, body: object) => {
    const reply = await app().host.send('POST', path, JSON.stringify(body), json)
    return { status: reply.status, answer: JSON.parse(reply.text) as Answer }
  }
  const acquire = (wish: object) => post<LockGrant>('/api/locks', { leaseMs: 600_000, ...wish })

  test('say that nothing is locked, and show a lock as soon as it is held, with who waits for it', async () => {
    await frame().open('Locks')
    await locks().empty.waitFor()
    await acquire({ names: ['press:4', 'press:5'], owner: 'line control' })
    const waiting = acquire({ names: ['press:4'], owner: 'maintenance', waitMs: 60_000 })
    const row = locks().lock('press:4')
    await row.getByText('line control').waitFor()
    await row.getByText('+1 more').waitFor()
    await row.getByRole('listitem').filter({ hasText: 'maintenance' }).waitFor()
    await locks().page.getByText('1 lock is held, 0 transactions are open.').waitFor()

    const question = await locks().askToRelease('press:4')
    await question.getByText('1 program waits and gets it next.').waitFor()
    await question.getByRole('button', { name: 'Release the lock' }).click()
    await question.waitFor({ state: 'hidden' })
    expect((await waiting).answer).toMatchObject({ owner: 'maintenance' })
    await locks().lock('press:4').getByText('maintenance').waitFor()
  })

  test('a lock that was taken from its holder fences it, and stands in the activity list', async () => {
    const { answer } = await acquire({ names: ['recipe:1'], owner: 'old program' })
    const palette = new PalettePage(app().page)
    await palette.open()
    await palette.field.fill('release recipe:1')
    await palette.option(/recipe:1/).click()
    const question = app().page.getByRole('dialog', { name: 'Take the lock “recipe:1” from its holder?' })
    await question.getByText(`the token ${answer.token} are refused`).waitFor()
    await question.getByRole('button', { name: 'Release the lock' }).click()
    await locks().lock('recipe:1').waitFor({ state: 'detached' })
    const late = await app().host.send('PUT', '/api/data/recipe%3A1', '1', { ...json, 'holdfast-fence': `recipe%3A1=${answer.token}` })
    expect(late).toMatchObject({ status: 409 })
    await frame().open('Activity')
    const acts = app().page.getByRole('region', { name: 'Acts, newest first' }).getByRole('listitem')
    await acts.filter({ hasText: 'Took a lock from its holder' }).filter({ hasText: 'recipe:1' }).waitFor()
  })

  test('the filter finds by holder, and is cleared where nothing fits', async () => {
    await frame().open('Locks')
    await acquire({ names: ['other'], owner: 'somebody' })
    await locks().lock('other').waitFor()
    await locks().find.fill('MAINTEN')
    await locks().lock('other').waitFor({ state: 'detached' })
    await locks().lock('press:4').waitFor()
    await locks().find.fill('nobody at all')
    await locks().page.getByRole('button', { name: 'Clear the filter' }).click()
    await locks().lock('other').waitFor()
  })

  test('a transaction that is open is rolled back, and its program told so', async () => {
    const { answer } = await post<TransactionView>('/api/transactions', { idleMs: 300_000 })
    const operations = [{ op: 'put', key: 'stock:bolts', value: 41 }]
    await post(`/api/transactions/${answer.id}/write`, { operations })
    await locks()
      .transactions.filter({ hasText: answer.id.slice(0, 8) })
      .waitFor()
    const question = await locks().askToRollBack()
    await question.getByText('1 staged write is given up').waitFor()
    await question.getByRole('button', { name: 'Roll back' }).click()
    await question.waitFor({ state: 'hidden' })
    expect((await post(`/api/transactions/${answer.id}/commit`, {})).answer).toMatchObject({ code: 'transaction_over' })
    expect(await app().host.get('stock:bolts')).toBeUndefined()
  })

  test('are told in Chinese too', async () => {
    await frame().prefer({ language: 'zh-CN', theme: 'light' })
    await frame().title.filter({ hasText: '锁与事务' }).waitFor()
    await app().page.getByRole('table', { name: '锁' }).getByText('maintenance').waitFor()
    await app().page.getByText('没有未结束的事务').waitFor()
    await frame().prefer({ language: 'en', theme: 'light' })
  })
})
