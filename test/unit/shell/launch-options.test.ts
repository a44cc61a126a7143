import { describe, expect, test } from 'vitest'
import { profileFolder, readLaunchOptions, startArguments } from '../../../src/main/shell/launch-options.ts'

describe('what a person may say when starting the app', () => {
  test('has the names that serve has, between whatever else is on the command line', () => {
    const args = ['.', '--data', '/srv/a', '--enable-logging', '--config=/etc/h.toml', '--http', 'off', 'file.txt', '--lang=zh-CN']
    expect(readLaunchOptions(args, {})).toEqual({
      dataFolder: '/srv/a',
      configFile: '/etc/h.toml',
      socket: undefined,
      http: 'off',
      hidden: false,
      link: undefined,
    })
  })

  test('may be a link that the system hands over, among other words', () => {
    const launch = readLaunchOptions(['.', '--hidden', 'file.txt', 'holdfast://data/a%2Fb'], {})
    expect(launch).toMatchObject({ hidden: true, link: 'holdfast://data/a%2Fb' })
  })

  test('may come from the environment, and the command line is stronger', () => {
    expect(readLaunchOptions([], { HOLDFAST_DATA: '/srv/b' }).dataFolder).toBe('/srv/b')
    expect(readLaunchOptions(['--data', '/srv/a'], { HOLDFAST_DATA: '/srv/b' }).dataFolder).toBe('/srv/a')
    expect(readLaunchOptions([], { HOLDFAST_DATA: '' }).dataFolder).toBeUndefined()
  })

  test('can be said again later, from another folder, for the same data and host', () => {
    const launch = readLaunchOptions(['.', '--hidden', '--data', 'a', '--http', 'off', 'holdfast://health'], {})
    expect(startArguments(launch, '/srv')).toEqual(['--data', '/srv/a', '--http', 'off'])
    expect(readLaunchOptions(startArguments(launch, '/srv'), {})).toMatchObject({ dataFolder: '/srv/a', http: 'off', hidden: false })
    expect(startArguments(readLaunchOptions([], {}), '/srv')).toEqual([])
  })

  test('an option without its value is as if it were not there', () => {
    expect(readLaunchOptions(['--data'], {}).dataFolder).toBeUndefined()
  })
})

describe('the profile of the app', () => {
  test('is one for each data folder, whatever way the folder is written', () => {
    const usual = profileFolder('/home/a/.config', undefined, '/home/a')
    const other = profileFolder('/home/a/.config', '/srv/data', '/home/a')
    expect(usual).toBe('/home/a/.config/holdfast-desktop')
    expect(other).not.toBe(usual)
    expect(profileFolder('/home/a/.config', '/srv/x/../data/', '/')).toBe(other)
    expect(profileFolder('/home/a/.config', 'data', '/srv')).toBe(other)
  })
})
