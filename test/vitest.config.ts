import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { threadSafeArguments } from '../src/main/base/process-settings.ts'

/** The longest first, in this order: a long one that begins last would keep one worker busy alone at the end. Vitest goes by the size of files. */
const longest = ['e2e/screens', 'faults/kill', 'faults/power', 'faults/damage', 'faults/planted']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`${name}.test.ts`))
      return place === -1 ? longest.length : place
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

/** Hosts in a process of their own, and the app, run from the bundles. */
const globalSetup = ['test/support/build-bundles.ts']

const project = (name: string, include: string[], more: object = {}) => ({
  extends: true as const,
  test: { name, include, ...more },
})

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    environment: 'node',
    execArgv: [...threadSafeArguments()],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', ['test/unit/**/*.test.ts']),
      project('conformance', ['test/conformance/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts'], { testTimeout: 60_000, globalSetup }),
      project('faults', ['test/faults/**/*.test.ts'], { testTimeout: 900_000, globalSetup }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        globalSetup,
      }),
    ],
  },
})
