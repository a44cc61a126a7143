import type { Job, JobKind } from '../../contract/index.ts'
import { CallError } from '../bridge/call.ts'
import { formatBytes, formatDuration, formatNumber, makeTexts, useLanguage } from '../language/index.ts'
import { type ErrorSentence, useErrorText } from './error-text.ts'

type Results = Record<`result.${JobKind}` | `left.${JobKind}`, string>

/** What a job came to, and what it leaves behind when it does not come to its end. */
const en = {
  'result.backup': '{{records}} records are in it ({{size}}), and every byte was read back. It took {{time}}.',
  'result.verify': 'Every checksum holds. {{records}} records were read in {{time}}.',
  'result.encryption': '{{records}} records are stored in the new form.',
  'result.restore': '{{records}} records restored in {{time}}. This can be undone.',
  'result.undo-restore': 'The store is back at its state before: {{records}} records.',
  'result.delete-prefix': '{{deleted}} of {{matched}} records were deleted.',
  'result.compaction': 'The database takes {{after}} now; it took {{before}} before.',
  'result.space-measure': '{{records}} records take {{size}}.',
  'result.sample-data': '{{imported}} records were loaded.',
  'result.undo': '{{restored}} records are back as they were; {{left}} were written since and left.',
  'result.import': '{{imported}} records were imported; {{failed}} could not be.',
  'result.export': '{{records}} records ({{size}}) were copied.',
  'result.index-build': 'The index is ready: {{entries}} entries of {{records}} records.',
  'result.collection-migrate': '{{changed}} records were written in the newest schema version.',
  'result.count': '{{records}} records were counted.',
  'result.search': '{{found}} hits.',
  'result.bulk-check': '{{matched}} records ({{size}}) would change; nothing was changed.',
  'result.bulk-delete': '{{changed}} records were deleted; {{skipped}} were changed by others and left.',
  'result.bulk-ttl': '{{changed}} records were changed; {{skipped}} were changed by others and left.',
  undoFailed_one: '{{count}} could not come back, as an index cannot take it. Mend what is in its way, then undo this again.',
  undoFailed_other: '{{count}} could not come back, as an index cannot take them. Mend what is in their way, then undo this again.',
  dryRun: '{{matched}} records were counted; nothing was changed.',
  laterWrites_one: '{{count}} write came after it began; undo brings it back.',
  laterWrites_other: '{{count}} writes came after it began; undo brings them back.',
  cancelled: 'Cancelled. {{left}}',
  interrupted: 'The host stopped before this was done. {{left}} Start it again.',
  'left.backup': 'Everything is as it was before.',
  'left.verify': 'Everything is as it was before.',
  'left.encryption': 'Values are stored in both forms, and each can be read; the next start goes on.',
  'left.restore': 'Everything is as it was before.',
  'left.undo-restore': 'Everything is as it was before.',
  'left.delete-prefix': 'Records that were deleted before stay deleted.',
  'left.compaction': 'The database is as it was before.',
  'left.space-measure': 'Nothing was changed.',
  'left.sample-data': 'Records that were loaded before stay.',
  'left.undo': 'Records that are already back stay; undo again for the rest.',
  'left.import': 'Records that were imported before stay; it can go on from there.',
  'left.export': 'Nothing is left of it.',
  'left.index-build': 'The index is not used until it is built; the next start builds it.',
  'left.collection-migrate': 'Records that were changed before stay so; the others are changed when they are read.',
  'left.count': 'Nothing was changed.',
  'left.search': 'What was found before is still listed.',
  'left.bulk-check': 'Nothing was changed.',
  'left.bulk-delete': 'Records that were deleted before stay deleted; Activity can bring them back.',
  'left.bulk-ttl': 'Records that were changed before stay so; Activity can take that back.',
  leftDeleted: '{{deleted}} records were deleted before and stay deleted.',
} as const satisfies Results & Record<string, string>

const useTexts = makeTexts('jobs', {
  en,
  'zh-CN': {
    'result.backup': '共 {{records}} 条记录（{{size}}），每个字节都已读回核对，用时 {{time}}。',
    'result.verify': '{{records}} 条记录的校验和均一致，用时 {{time}}。',
    'result.encryption': '已按新的形式存储 {{records}} 条记录。',
    'result.restore': '已恢复 {{records}} 条记录，用时 {{time}}。此操作可以撤销。',
    'result.undo-restore': '存储已回到之前的状态，共 {{records}} 条记录。',
    'result.delete-prefix': '匹配 {{matched}} 条记录，已删除 {{deleted}} 条。',
    'result.compaction': '数据库现占用 {{after}}，之前占用 {{before}}。',
    'result.space-measure': '{{records}} 条记录共占用 {{size}}。',
    'result.sample-data': '已载入 {{imported}} 条记录。',
    'result.undo': '已还原 {{restored}} 条记录；{{left}} 条此后有改动，保持不变。',
    'result.import': '已导入 {{imported}} 条记录；{{failed}} 条未能导入。',
    'result.export': '已复制 {{records}} 条记录（{{size}}）。',
    'result.index-build': '索引已就绪：{{records}} 条记录，共 {{entries}} 个条目。',
    'result.collection-migrate': '已按最新的结构版本写入 {{changed}} 条记录。',
    'result.count': '共统计到 {{records}} 条记录。',
    'result.search': '找到 {{found}} 条。',
    'result.bulk-check': '将影响 {{matched}} 条记录（{{size}}），没有改动任何内容。',
    'result.bulk-delete': '已删除 {{changed}} 条记录；{{skipped}} 条被他人改动，予以保留。',
    'result.bulk-ttl': '已更改 {{changed}} 条记录；{{skipped}} 条被他人改动，予以保留。',
    undoFailed_other: '{{count}} 条因索引无法容纳而未能还原；请先排除原因，然后再次撤销。',
    dryRun: '共统计到 {{matched}} 条记录，没有改动任何内容。',
    laterWrites_other: '任务开始后有 {{count}} 次写入；撤销可将其还原。',
    cancelled: '已取消。{{left}}',
    interrupted: '主机在完成之前停止了。{{left}}请重新开始。',
    'left.backup': '一切保持原样。',
    'left.verify': '一切保持原样。',
    'left.encryption': '两种形式的值并存，均可读取；下次启动时继续。',
    'left.restore': '一切保持原样。',
    'left.undo-restore': '一切保持原样。',
    'left.delete-prefix': '此前已删除的记录不会恢复。',
    'left.compaction': '数据库保持原样。',
    'left.space-measure': '没有改动任何内容。',
    'left.sample-data': '此前已载入的记录会保留。',
    'left.undo': '已还原的记录会保留，可再次撤销以还原其余部分。',
    'left.import': '此前已导入的记录会保留，可以从中断处继续。',
    'left.export': '没有留下任何内容。',
    'left.index-build': '索引建成之前不会被使用；下次启动时会继续建立。',
    'left.collection-migrate': '此前已更改的记录保持更改，其余的在读取时转换。',
    'left.count': '没有改动任何内容。',
    'left.search': '此前找到的结果仍会列出。',
    'left.bulk-check': '没有改动任何内容。',
    'left.bulk-delete': '此前已删除的记录可在“活动”中恢复。',
    'left.bulk-ttl': '此前的更改可在“活动”中撤销。',
    leftDeleted: '此前已删除 {{deleted}} 条记录，它们不会恢复。',
  },
})

const isName = (name: string): name is Extract<keyof typeof en, `${string}.${string}`> => Object.hasOwn(en, name)
const numberIn = (facts: Record<string, unknown> | undefined, name: string): number => (typeof facts?.[name] === 'number' ? facts[name] : 0)

/** What a job that succeeded came to, in a sentence or two; undefined where there is nothing to say. */
export function useJobResult(): (job: Job) => string | undefined {
  const t = useTexts()
  const language = useLanguage()
  return ({ state, kind, result }) => {
    const name = `result.${kind}`
    if (state !== 'succeeded' || !isName(name)) return undefined
    const number = (fact: string) => formatNumber(numberIn(result, fact), language)
    const textOf = (fact: string) => {
      const { value, unit } = formatBytes(numberIn(result, fact), language)
      return `${value} ${unit}`
    }
    const facts = {
      records: number('records'),
      deleted: number('deleted'),
      matched: number('matched'),
      imported: number('imported'),
      failed: number('failed'),
      restored: number('restored'),
      left: number('left'),
      found: number('found'),
      changed: number('changed'),
      skipped: number('skipped'),
      size: textOf('bytes'),
      before: textOf('beforeBytes'),
      after: textOf('afterBytes'),
      entries: number('entries'),
      time: formatDuration(numberIn(result, 'durationMs') / 1000, language),
    }
    if (kind === 'delete-prefix' && result?.dryRun === true) return t('dryRun', facts)
    const failed = numberIn(result, 'failed')
    if (kind === 'undo' && failed > 0) return `${t(name, facts)} ${t('undoFailed', { count: failed })}`
    const writes = numberIn(result, 'writesAfterStart')
    return writes === 0 ? t(name, facts) : `${t(name, facts)} ${t('laterWrites', { count: writes })}`
  }
}

/** Why a job did not come to its end, as an error to show and as the sentence for it. */
export function useJobFailure(): (job: Job) => { error: CallError; sentence: ErrorSentence } | undefined {
  const t = useTexts()
  const language = useLanguage()
  const sentenceOf = useErrorText()
  return ({ kind, error: told }) => {
    if (told === undefined) return undefined
    const error = new CallError({ code: told.code, message: told.detail, retryable: false, details: told.details ?? {} })
    const ended = told.code === 'cancelled' || told.code === 'interrupted' ? told.code : undefined
    const name = `left.${kind}`
    if (language === 'en' || ended === undefined || !isName(name)) return { error, sentence: sentenceOf(error) }
    const deleted = numberIn(told.details, 'deleted')
    const left = deleted > 0 ? t('leftDeleted', { deleted: formatNumber(deleted, language) }) : t(name)
    return { error, sentence: { text: t(ended, { left }), isForeign: false, original: undefined } }
  }
}
