import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { closeChromium, type Door, type OpenApp, type OpenOptions } from './doors.ts'

/** Opens the app for the specs of one group, and looks after every spec whether the page complained. */
export function useApp(door: Door, prepare: (app: OpenApp) => Promise<void> = async () => {}, options: OpenOptions = {}): () => OpenApp {
  let app: OpenApp | undefined
  beforeAll(async () => {
    app = await door.open(options)
    await prepare(app)
  })
  afterEach(() => {
    const complaints = app?.complaints.splice(0)
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await app?.close()
    await closeChromium()
  })
  return () => {
    if (!app) throw new Error('The app is not open.')
    return app
  }
}
