import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../../src', import.meta.url))

/** The files that the type check of a part reads, libraries included. */
function filesOf(part: string): string[] {
  const file = join(source, part, 'tsconfig.json')
  const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, dirname(file))
  return ts
    .createProgram(fileNames, options)
    .getSourceFiles()
    .map(({ fileName }) => fileName)
}

// One library that brings Node's types along makes `process` and `Buffer` pass the check in a window that has neither.
test.each(['contract', 'formats', 'renderer'])(
  'the types of Node do not reach %s',
  (part) => {
    const files = filesOf(part)
    expect(files.length).toBeGreaterThan(20)
    expect(files.filter((file) => file.includes('/@types/node/'))).toEqual([])
  },
  120_000,
)

test('the types of a window do not reach the main process', () => {
  expect(filesOf('main').filter((file) => /lib\.dom\./.test(file))).toEqual([])
}, 120_000)
