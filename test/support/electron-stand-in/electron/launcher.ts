import { Link } from '../link.ts'
import type { LauncherOperations, MainOperations } from '../operations.ts'

type Own = MainOperations

/** Filled by the parts of this folder when they are loaded; all are there before the first message is read. */
const own = {} as Own

/** The other process, which owns Chromium. */
export const launcher = new Link<Own, LauncherOperations>(
  {
    send: (message) => process.connected && process.send?.(message),
    listen: (receive) => process.on('message', (message) => receive(message as Parameters<typeof receive>[0])),
  },
  own,
)

export function answer(operations: Partial<Own>): void {
  Object.assign(own, operations)
}
