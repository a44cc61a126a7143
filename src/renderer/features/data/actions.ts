import { useLocation } from 'wouter'
import { makeTexts } from '../../language/index.ts'
import type { ActionSource } from '../../ui/actions.ts'
import { keyCatalogue } from '../../ui/key-catalogue.ts'
import { type PageRequest, requestOfPage } from '../../ui/page-request.ts'

const useTexts = makeTexts('data-actions', {
  en: {
    create: 'New record…',
    search: 'Search the keys of records',
    import: 'Import a file…',
    export: 'Export records…',
    'delete-prefix': 'Delete all records with a prefix…',
    words: 'record key value add upload download remove',
  },
  'zh-CN': {
    create: '新建记录…',
    search: '查找记录的键',
    import: '导入文件…',
    export: '导出记录…',
    'delete-prefix': '按前缀删除所有记录…',
    words: '记录 键 值 添加 上传 下载 移除',
  },
})

const requests = ['create', 'search', 'import', 'export', 'delete-prefix'] as const satisfies readonly PageRequest[]
const keysOf: Partial<Record<PageRequest, string>> = { create: keyCatalogue['data.create'].keys[0], search: keyCatalogue.search.keys[0] }

/** What the command palette can do with records: the page opens and does it. */
export const useDataActions: ActionSource = () => {
  const t = useTexts()
  const [, navigate] = useLocation()
  return requests.map((request) => ({
    id: `data.${request}`,
    group: 'do',
    title: t(request),
    english: useTexts.english(request),
    words: `${t('words')} ${useTexts.english('words')}`,
    ...(keysOf[request] === undefined ? {} : { keys: keysOf[request] }),
    run: () => {
      navigate('/data')
      requestOfPage(request)
    },
  }))
}
