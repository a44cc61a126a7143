import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { threadSafeArguments } from '../src/main/base/process-settings.ts'

/** Vitest begins with the largest files; a short one can take longest, and would keep one worker busy alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const long = ['e2e/screens.test.ts', 'faults/kill.test.ts']
    const isLong = ({ moduleId }: TestSpecification) => long.some((name) => moduleId.endsWith(name))
    return (await super.sort(files)).sort((one, other) => Number(isLong(other)) - Number(isLong(one)))
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
