import type { Language } from '../../../language/language.ts'

/** The words of the editor's own panels; it brings the English ones. */
export const editorPhrases: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {},
  'zh-CN': {
    Find: '查找',
    Replace: '替换为',
    next: '下一个',
    previous: '上一个',
    all: '全选',
    'match case': '区分大小写',
    regexp: '正则表达式',
    'by word': '全字匹配',
    replace: '替换',
    'replace all': '全部替换',
    close: '关闭',
    'current match': '当前匹配',
    'on line': '位于第',
    'replaced match on line $': '已替换第 $ 行的匹配',
    'replaced $ matches': '已替换 $ 处匹配',
    'Go to line': '跳到行',
    go: '跳转',
    'Fold line': '折叠此行',
    'Unfold line': '展开此行',
    'Folded lines': '已折叠的行',
    'Unfolded lines': '已展开的行',
    'folded code': '已折叠的内容',
    unfold: '展开',
    to: '至',
    'Control character': '控制字符',
    '$ unchanged lines': '$ 行未更改',
  },
}
