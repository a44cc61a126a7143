import { useLocation } from 'wouter'
import { useOperation } from '../../bridge/query.ts'
import { makeTexts } from '../../language/index.ts'
import type { Action, ActionSource } from '../../ui/actions.ts'
import { type PageRequest, requestOfPage } from '../../ui/page-request.ts'

const useTexts = makeTexts('query-actions', {
  en: {
    create: 'New collection…',
    collection: 'Query the collection “{{name}}”',
    saved: 'Run the query “{{name}}”',
    words: 'query find filter collection index search field',
  },
  'zh-CN': {
    create: '新建集合…',
    collection: '查询集合“{{name}}”',
    saved: '运行查询“{{name}}”',
    words: '查询 查找 筛选 集合 索引 字段',
  },
})

const listed = 20

/** What the command palette can do with collections and saved queries: the page opens and does it. */
export const useQueryActions: ActionSource = () => {
  const t = useTexts()
  const [, navigate] = useLocation()
  const collections = useOperation('collections.list', {})
  const saved = useOperation('queries.list', {})
  const action = (name: 'create' | 'collection' | 'saved', request: PageRequest, argument = ''): Action => ({
    id: `query.${request}.${argument}`,
    group: 'do',
    title: t(name, { name: argument }),
    english: useTexts.english(name, { name: argument }),
    words: `${t('words')} ${useTexts.english('words')}`,
    run: () => {
      navigate('/query')
      requestOfPage(request, argument)
    },
  })
  const names = (loaded: typeof collections | typeof saved) =>
    loaded.state === 'ready' ? loaded.data.items.slice(0, listed).map(({ name }) => name) : []
  return [
    action('create', 'new-collection'),
    ...names(collections).map((name) => action('collection', 'collection', name)),
    ...names(saved).map((name) => action('saved', 'query', name)),
  ]
}
