import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UndoHome } from './setup.ts'

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

const key = fc.constantFrom('a:1', 'a:2', 'a:3', 'b:1', 'b:2')
const value = fc.constantFrom('one', 'two', 'three')
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), key, value, byPerson: fc.boolean() }),
  fc.record({ kind: fc.constant('remove' as const), key, byPerson: fc.boolean() }),
  fc.record({ kind: fc.constant('prefix' as const), prefix: fc.constantFrom('a:', 'b:', '') }),
  fc.record({ kind: fc.constant('restart' as const) }),
)

/**
 * After any history an act is done and others write; then it is undone. The oracle: a key that nobody has written since the act is as it was before
 * the act, any other key is as it was before the undo.
 */
test('an undo brings back exactly what nobody has written since', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.constantFrom('a:', 'b:', ''),
      fc.array(fc.record({ key, value }), { maxLength: 3 }),
      async (history, prefix, since) => {
        const home = await UndoHome.make()
        try {
          for (const one of history) await act(home, one)
          const before = home.contents()
          const { id, result } = await home.deletePrefix(prefix)
          for (const { key: written, value: text } of since) await home.put(written, text)
          const later = home.contents()
          if (result.deleted === 0) return
          await home.runUndo(id)
          const touched = new Set<string>(since.map((one) => one.key))
          const kept = Object.entries(before).filter(([name]) => !touched.has(name))
          expect(home.contents()).toEqual({ ...later, ...Object.fromEntries(kept) })
        } finally {
          await home.remove()
        }
      },
    ),
    { numRuns: 40 },
  )
})

async function act(home: UndoHome, one: Step): Promise<void> {
  switch (one.kind) {
    case 'write': {
      const write = () => home.put(one.key, one.value)
      await (one.byPerson ? home.asPerson(write) : write())
      break
    }
    case 'remove': {
      if (home.store.get(one.key) === undefined) return
      const remove = () => home.storage.delete(one.key)
      await (one.byPerson ? home.asPerson(remove) : remove())
      break
    }
    case 'prefix':
      await home.deletePrefix(one.prefix)
      break
    case 'restart':
      await home.reopen()
      break
    default:
      one satisfies never
  }
}

test('an undo and the undo of it are each other’s opposite', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (history) => {
      const home = await UndoHome.make()
      try {
        for (const one of history) await act(home, one)
        const { id, result } = await home.deletePrefix('a:')
        if (result.deleted === 0) return
        const after = home.contents()
        const undone = await home.runUndo(id)
        await home.runUndo(undone.id)
        expect(home.contents()).toEqual(after)
      } finally {
        await home.remove()
      }
    }),
    { numRuns: 20 },
  )
})
