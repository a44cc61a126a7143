import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from './support/places.ts'

test('what the first paint waits for has not grown beyond its budget, and has no editor and no charts in it', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(projectRoot, 'build/bundles.mjs')], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
