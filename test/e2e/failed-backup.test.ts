import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { doors } from './support/doors.ts'
import { makePlace } from './support/places.ts'
import { useApp } from './support/use-app.ts'

describe.each(doors)('a backup that fails: $name', (door) => {
  const place = makePlace()
  const blocked = join(place.home, 'blocked')
  writeFileSync(blocked, 'a file, where a folder is expected')
  mkdirSync(place.dataFolder)
  writeFileSync(join(place.dataFolder, 'holdfast.toml'), `[backup.storage]\npath = ${JSON.stringify(blocked)}\n`)
  const app = useApp(door, async ({ host }) => host.put('notes:one', { text: 'keep me' }), { place })
  const frame = () => new FramePage(app().page)
  const main = () => app().page.getByRole('main')

  test('is told with its cause where somebody looks first, and leads to where it is mended', async () => {
    await expect(app().host.run('/api/backups')).rejects.toThrow(/is not a folder/)
    await frame().open('Overview')
    const needs = main().getByRole('region', { name: 'Needs you' })
    await needs.getByText(/The last backup failed .*is not a folder/).waitFor({ timeout: 15_000 })
    await app()
      .page.getByRole('banner')
      .getByText(/^Last backup failed/)
      .first()
      .waitFor()
    await needs.getByRole('link', { name: 'Look' }).click()
    await frame().title.filter({ hasText: 'Backups' }).waitFor()
    await main().getByText('backup_folder_unusable').first().waitFor()
  })

  test('is not listed as a backup that was made', async () => {
    await frame().open('Activity')
    const row = main().getByRole('region', { name: 'Acts, newest first' }).getByRole('listitem').filter({ hasText: 'failed' })
    await row.getByText('Backup', { exact: true }).waitFor()
    await row.getByText(/is not a folder/).waitFor()
    expect(await main().getByText('Made a backup').count()).toBe(0)
  })
})
