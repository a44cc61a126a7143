import { makeTexts } from '../language/index.ts'

/** Where a key works. `list` and `dialog` keys are those of the element that has the focus: they are listed here, and handled there. */
export type KeyScope = 'everywhere' | 'go' | 'list' | 'data' | 'record' | 'query'

export interface KeyEntry {
  /**
   * The ways to press it. Keys one after the other are separated by a blank, keys together by `+`; `Mod` is Ctrl, on a Mac ⌘.
   * The first is shown beside commands.
   */
  readonly keys: readonly [string, ...string[]]
  readonly scope: KeyScope
  /** Also while somebody types. */
  readonly whileTyping?: true
}

/** Every key of the app but those of its pages, which are made from the list of pages. `?` shows them; a test looks for collisions. */
export const keyCatalogue = {
  palette: { keys: ['Mod+K'], scope: 'everywhere', whileTyping: true },
  search: { keys: ['/'], scope: 'everywhere' },
  jobs: { keys: ['g j'], scope: 'go' },
  regions: { keys: ['F6', 'Shift+F6'], scope: 'everywhere', whileTyping: true },
  help: { keys: ['?'], scope: 'everywhere' },
  close: { keys: ['Esc'], scope: 'everywhere' },
  'list.move': { keys: ['↑', '↓'], scope: 'list' },
  'list.page': { keys: ['PageUp', 'PageDown'], scope: 'list' },
  'list.ends': { keys: ['Home', 'End'], scope: 'list' },
  'list.mark': { keys: ['Space'], scope: 'list' },
  'data.create': { keys: ['n', 'Insert'], scope: 'data' },
  'record.edit': { keys: ['e', 'F2'], scope: 'record' },
  'record.save': { keys: ['Mod+S'], scope: 'record', whileTyping: true },
  'record.duplicate': { keys: ['d', 'Shift+Insert'], scope: 'record' },
  'record.delete': { keys: ['Delete'], scope: 'record' },
  'query.run': { keys: ['Mod+Enter'], scope: 'query', whileTyping: true },
} as const satisfies Record<string, KeyEntry>

export type KeyName = keyof typeof keyCatalogue

/** The groups of the list of keys, in its order. */
export const keyScopes = ['everywhere', 'go', 'list', 'data', 'record', 'query'] as const satisfies readonly KeyScope[]

export const useKeyTexts = makeTexts('keys', {
  en: {
    'scope.everywhere': 'Everywhere',
    'scope.go': 'Go to',
    'scope.list': 'In a list, a menu, a table',
    'scope.data': 'On Data',
    'scope.record': 'With a record open',
    'scope.query': 'On Query',
    palette: 'Search or do anything',
    search: 'Search the keys of records',
    jobs: 'Jobs',
    regions: 'Next part of the window, or the last',
    help: 'Show this list',
    close: 'Close what is open',
    'list.move': 'Move',
    'list.page': 'Move by a page',
    'list.ends': 'To the beginning, to the end',
    'list.mark': 'Mark a key',
    'data.create': 'New record',
    'record.edit': 'Edit the record',
    'record.save': 'Show the changes, then save them',
    'record.duplicate': 'Duplicate the record',
    'record.delete': 'Delete the record',
    'query.run': 'Run the query',
    sequence: 'Go to …',
    filter: 'Find a key or what it does',
    nothing: 'No key does that.',
    inLists: 'While a list of keys has the focus, letters jump in it. F6 leads on from there.',
    or: 'or',
  },
  'zh-CN': {
    'scope.everywhere': '任何位置',
    'scope.go': '前往',
    'scope.list': '在列表、菜单和表格中',
    'scope.data': '在“数据”页面',
    'scope.record': '打开记录时',
    'scope.query': '在“查询”页面',
    palette: '查找或执行任何操作',
    search: '查找记录的键',
    jobs: '任务',
    regions: '窗口的下一区域、上一区域',
    help: '显示此列表',
    close: '关闭当前弹出内容',
    'list.move': '移动',
    'list.page': '翻页移动',
    'list.ends': '跳到开头、结尾',
    'list.mark': '标记键',
    'data.create': '新建记录',
    'record.edit': '编辑记录',
    'record.save': '查看更改，然后保存',
    'record.duplicate': '复制一份记录',
    'record.delete': '删除记录',
    'query.run': '运行查询',
    sequence: '前往…',
    filter: '查找按键或其作用',
    nothing: '没有这样的按键。',
    inLists: '键列表获得焦点时，字母用于在列表中跳转；按 F6 可移到其他区域。',
    or: '或',
  },
})
