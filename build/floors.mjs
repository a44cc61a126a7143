// The floors of the house: which part may import which. Each rule carries a violation that the check plants to see that the rule still bites.

const anyOf = (...names) => `(${names.join('|')})`
const managers = ['backup', 'recovery', 'monitoring', 'activity', 'undo', 'imports', 'exports', 'space', 'collections']
const engines = ['persistence', 'cache', 'journal']
const doors = ['shell', 'api']
const main = (...folders) => `^src/main/${anyOf(...folders)}/`
const entries = '^src/main/(index|serve|host)\\.ts$'
const npm = (...names) => `(^|node_modules/)${anyOf(...names)}(/|$)`

export const rules = [
  {
    name: 'no-circles',
    from: { path: '^src' },
    to: { circular: true },
    planted: { 'src/main/base/a.ts': ['./b.ts'], 'src/main/base/b.ts': ['./a.ts'] },
  },
  {
    name: 'contract-is-a-leaf',
    from: { path: '^src/contract/' },
    to: { pathNot: ['^src/contract/', npm('zod')] },
    planted: { 'src/contract/a.ts': ['../main/base/b.ts'], 'src/main/base/b.ts': [] },
  },
  {
    name: 'formats-are-pure',
    from: { path: '^src/formats/' },
    to: { pathNot: ['^src/(contract|formats)/', npm('papaparse')] },
    planted: { 'src/formats/a.ts': ['node:fs'] },
  },
  {
    name: 'base-stands-on-the-contract',
    from: { path: '^src/main/base/' },
    to: { path: '^src/', pathNot: '^src/(contract|main/base)/' },
    planted: { 'src/main/base/a.ts': ['../journal/b.ts'], 'src/main/journal/b.ts': [] },
  },
  {
    name: 'engines-do-not-look-up',
    from: { path: main(...engines) },
    to: { path: [entries, main('storage', ...managers, ...doors)] },
    planted: { 'src/main/journal/a.ts': ['../storage/b.ts'], 'src/main/storage/b.ts': [] },
  },
  {
    name: 'engines-do-not-know-each-other',
    from: { path: '^src/main/(cache|journal)/' },
    to: { path: main(...engines), pathNot: '^src/main/$1/' },
    planted: { 'src/main/journal/a.ts': ['../cache/b.ts'], 'src/main/cache/b.ts': [] },
  },
  {
    name: 'persistence-knows-only-the-journal',
    from: { path: '^src/main/persistence/' },
    to: { path: '^src/main/cache/' },
    planted: { 'src/main/persistence/a.ts': ['../cache/b.ts'], 'src/main/cache/b.ts': [] },
  },
  {
    name: 'storage-does-not-look-up',
    from: { path: '^src/main/storage/' },
    to: { path: [entries, main(...managers, ...doors)] },
    planted: { 'src/main/storage/a.ts': ['../backup/b.ts'], 'src/main/backup/b.ts': [] },
  },
  {
    name: 'managers-do-not-look-up',
    from: { path: main(...managers, 'config') },
    to: { path: [entries, main(...doors)] },
    planted: { 'src/main/backup/a.ts': ['../api/b.ts'], 'src/main/api/b.ts': [] },
  },
  {
    name: 'doors-do-not-look-up',
    from: { path: main(...doors) },
    to: { path: '^src/main/(index|serve)\\.ts$' },
    planted: { 'src/main/api/a.ts': ['../serve.ts'], 'src/main/serve.ts': [] },
  },
  {
    name: 'clients-see-only-the-contract',
    from: { path: '^src/(renderer|preload|cli|client)/' },
    to: {
      path: '^src/',
      pathNot: ['^src/(contract|formats|client)/', '^src/$1/', '^src/main/serve\\.ts$', '^src/main/config/index\\.ts$'],
    },
    planted: { 'src/renderer/a.ts': ['../main/base/b.ts'], 'src/main/base/b.ts': [] },
  },
  {
    name: 'only-the-command-line-starts-serve',
    from: { path: '^src/(renderer|preload|client)/' },
    to: { path: '^src/main/' },
    planted: { 'src/preload/a.ts': ['../main/serve.ts'], 'src/main/serve.ts': [] },
  },
  {
    name: 'only-the-command-line-stands-on-the-client',
    from: { path: '^src/', pathNot: '^src/(client|cli)/' },
    to: { path: '^src/client/' },
    planted: { 'src/main/base/a.ts': ['../../client/b.ts'], 'src/client/b.ts': [] },
  },
  {
    name: 'features-do-not-import-each-other',
    from: { path: '^src/renderer/features/([^/]+)/' },
    to: { path: '^src/renderer/features/', pathNot: '^src/renderer/features/$1/' },
    planted: { 'src/renderer/features/data/a.ts': ['../health/b.ts'], 'src/renderer/features/health/b.ts': [] },
  },
  {
    name: 'ui-pieces-stand-alone',
    from: { path: '^src/renderer/(ui|bridge)/' },
    to: { path: '^src/renderer/(features|app)/' },
    planted: { 'src/renderer/ui/a.ts': ['../features/data/b.ts'], 'src/renderer/features/data/b.ts': [] },
  },
  {
    // Two ways to say something, and the same thing is said twice.
    name: 'notices-go-through-notify',
    from: { path: '^src/renderer/', pathNot: ['^src/renderer/ui/notify\\.tsx$', '^src/renderer/app/notes\\.tsx$'] },
    to: { path: npm('@mantine/notifications'), pathNot: '\\.css$' },
    planted: { 'src/renderer/features/data/a.ts': ['@mantine/notifications'] },
  },
  {
    name: 'electron-only-in-the-shell',
    from: { path: '^src/', pathNot: ['^src/main/index\\.ts$', '^src/main/shell/', '^src/preload/'] },
    to: { path: npm('electron') },
    planted: { 'src/main/storage/a.ts': ['electron'] },
  },
  {
    name: 'lmdb-only-in-its-adapter',
    from: { path: '^src/', pathNot: '^src/main/persistence/[^/]*lmdb[^/]*\\.ts$' },
    to: { path: npm('lmdb') },
    planted: { 'src/main/storage/a.ts': ['lmdb'] },
  },
  {
    name: 'ioredis-only-in-its-adapter',
    from: { path: '^src/', pathNot: '^src/main/imports/redis-[^/]*\\.ts$' },
    to: { path: npm('ioredis') },
    planted: { 'src/main/storage/a.ts': ['ioredis'] },
  },
]
