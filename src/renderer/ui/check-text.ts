import type { Check } from '../../contract/index.ts'
import { formatBytes, formatLatency, formatNumber, formatRelative, makeTexts, useLanguage } from '../language/index.ts'
import { useErrorText } from './error-text.ts'
import { useNow } from './use-now.ts'

const en = {
  'store.running': 'The store takes reads and writes.',
  'store.key_missing': 'The data is encrypted, and its key is not on this host: values can be neither read nor written.',
  'store.key_missing.action': 'Put the key file back and start Holdfast again. Nothing is lost or changed.',
  'store.disk_full': 'The disk is full: writes are refused, reads go on.',
  'store.disk_full.action': 'Free some space on this disk; writes go on by themselves then.',
  'store.read_only': 'Writes are refused, reads go on.',
  'store.read_only.action': 'Check the disk and its cables, then restart Holdfast. What was acknowledged as durable is safe.',
  'store.healing': 'Writes are refused while a healthy copy of the database is made, reads go on.',
  'store.healing.action': 'Wait for the copy, and check the disk meanwhile: it may fail again. What was acknowledged as durable is safe.',
  'store.store_damaged': 'The data on disk contradicts itself; the store has stopped.',
  'store.store_damaged.action':
    'Nothing was deleted. Copy the data folder to a safe place, then restore the newest backup into a new data folder.',
  'performance.not_measured': 'Next to nothing was read or written in the last minute.',
  'performance.fast': 'Of 100 reads 99 took less than {{read}}, of 100 writes {{write}}.',
  'performance.slow': 'Of 100 reads 99 took less than {{read}}, of 100 writes {{write}}.',
  'performance.reads': 'Of 100 reads 99 took less than {{read}}.',
  'performance.writes': 'Of 100 writes 99 took less than {{write}}.',
  'performance.slow.action': 'See what else uses this disk and this processor; a worn flash disk also writes slowly.',
  'disk.not_measured': 'The free space of the disk is not known.',
  'disk.disk_full': 'Only {{free}} of {{total}} are free on the disk of {{folder}}, less than the store needs.',
  'disk.disk_full.action': 'Free some space now; writes go on by themselves then.',
  'disk.room': '{{free}} of {{total}} are free on the disk of {{folder}}.',
  'disk.disk_filling': '{{free}} of {{total}} are free on the disk of {{folder}}.',
  'disk.disk_filling.action': 'Plan for more space, or delete what is not needed.',
  'disk.disk_nearly_full': 'Only {{free}} of {{total}} are free on the disk of {{folder}}.',
  'disk.disk_nearly_full.action': 'Free some space now: soon writes will be refused.',
  'disk.reader_holds_pages':
    'The database file grows: somebody reads an old state of it, and {{pinned}} of free pages cannot be used again.',
  'disk.reader_holds_pages.action': 'Wait until the backup or the other program ends, or end it. Compact the database afterwards.',
  'disk.expiry_paused': 'The clock has jumped, so {{waiting}} of expired records are not deleted.',
  'disk.expiry_paused.action': 'Set the clock right, then restart Holdfast. Nobody is shown expired records meanwhile.',
  'disk.expiry_behind': 'Records expire faster than they are deleted: {{waiting}} wait for the next sweep.',
  'disk.expiry_behind.action': 'Let records expire less at once, or put the data on a faster disk.',
  'integrity.not_measured': 'No record has been read since the start.',
  'integrity.nothing_stored': 'The store holds no records.',
  'integrity.checksums_hold': 'Every one of the {{recordsRead}} records read since the start was whole.',
  'integrity.record_damaged': 'Damaged records that were met: {{recordsDamaged}}. Their bytes were not given out.',
  'integrity.record_damaged.action':
    'Verify the newest backup and restore it, and check the disk: it has returned bytes that were not written.',
  'integrity.index_failed': 'The index {{index}} of {{collection}} could not be kept up: queries do without it, and it refuses nothing.',
  'integrity.index_failed.action':
    'See on the Query page, under Collections, which records stand in its way. Mend them, then build it again.',
  'integrity.store_damaged': 'The data on disk contradicts itself.',
  'integrity.store_damaged.action': 'Nothing was deleted. Restore the newest backup into a new data folder.',
  'backup.not_known': 'The backups have not been looked at yet.',
  'backup.backups_unreadable': 'The backups folder cannot be read, so it is not known what would be lost.',
  'backup.backups_unreadable.action':
    'Check the disk of the backups folder and its permissions, or set path of [backup.storage] to another folder. Until then nothing is backed up.',
  'backup.nothing_to_back_up': 'There are no records to back up.',
  'backup.no_backup': 'There is no backup yet. Records that are on this disk only: {{records}}.',
  'backup.no_backup.action': 'Back up now.',
  'backup.backup_failed': 'The last backup failed {{failed}}: {{cause}}',
  'backup.backup_failed.action': 'Mend the cause, then back up.',
  'backup.backups_damaged': 'Every backup is damaged.',
  'backup.backups_damaged.action': 'Back up now, and check the disk that holds the backups.',
  'backup.backup_damaged': 'The newest backup is damaged.',
  'backup.backup_damaged.action': 'Back up now.',
  'backup.backup_unverified': 'The newest backup has not been read back.',
  'backup.backup_unverified.action': 'Verify it.',
  'backup.backup_old': 'The newest backup was made {{created}}, and data has changed since.',
  'backup.backup_old.action': 'Back up now.',
  'backup.same_disk': 'The newest backup, made {{created}}, was read back whole, but lies on the same disk as the data.',
  'backup.same_disk.action':
    'It undoes mistakes, and would be lost with the disk. Set path of [backup.storage] to a folder on another disk, then back up.',
  'backup.backed_up': 'The newest backup, made {{created}}, was read back whole.',
} as const

const useTexts = makeTexts('checks', {
  en,
  'zh-CN': {
    'store.running': '存储可正常读写。',
    'store.key_missing': '数据已加密，而此主机上没有对应的密钥：无法读取也无法写入值。',
    'store.key_missing.action': '请放回密钥文件，然后重新启动 Holdfast。数据没有丢失，也没有改动。',
    'store.disk_full': '磁盘已满：拒绝写入，读取照常。',
    'store.disk_full.action': '请释放此磁盘的空间，之后写入会自动恢复。',
    'store.read_only': '拒绝写入，读取照常。',
    'store.read_only.action': '请检查磁盘及其连线，然后重启 Holdfast。已确认为持久（durable）的数据是安全的。',
    'store.healing': '正在制作数据库的完好副本，期间拒绝写入，读取照常。',
    'store.healing.action': '请等待副本完成，同时检查磁盘：它可能再次出错。已确认为持久（durable）的数据是安全的。',
    'store.store_damaged': '磁盘上的数据自相矛盾，存储已停止。',
    'store.store_damaged.action': '没有删除任何内容。请先把数据目录复制到安全的位置，再把最新的备份恢复到一个新的数据目录。',
    'performance.not_measured': '最近一分钟几乎没有读写。',
    'performance.fast': '99% 的读取在 {{read}} 内完成，99% 的写入在 {{write}} 内完成。',
    'performance.slow': '99% 的读取在 {{read}} 内完成，99% 的写入在 {{write}} 内完成。',
    'performance.reads': '99% 的读取在 {{read}} 内完成。',
    'performance.writes': '99% 的写入在 {{write}} 内完成。',
    'performance.slow.action': '请查看还有什么在占用此磁盘和处理器；磨损的闪存也会写得很慢。',
    'disk.not_measured': '磁盘的可用空间未知。',
    'disk.disk_full': '{{folder}} 所在磁盘共 {{total}}，只剩 {{free}}，少于存储所需。',
    'disk.disk_full.action': '请立即释放空间，之后写入会自动恢复。',
    'disk.room': '{{folder}} 所在磁盘共 {{total}}，可用 {{free}}。',
    'disk.disk_filling': '{{folder}} 所在磁盘共 {{total}}，可用 {{free}}。',
    'disk.disk_filling.action': '请准备更多空间，或删除不需要的内容。',
    'disk.disk_nearly_full': '{{folder}} 所在磁盘共 {{total}}，只剩 {{free}}。',
    'disk.disk_nearly_full.action': '请立即释放空间，否则很快会拒绝写入。',
    'disk.reader_holds_pages': '数据库文件在增长：有读取者停留在旧状态，{{pinned}} 的空闲页无法重新使用。',
    'disk.reader_holds_pages.action': '请等待备份或其他程序结束，或将其终止，之后压实数据库。',
    'disk.expiry_paused': '时钟发生跳变，{{waiting}} 的过期记录暂不删除。',
    'disk.expiry_paused.action': '请校准时钟，然后重启 Holdfast。在此期间过期记录不会显示给任何人。',
    'disk.expiry_behind': '记录过期的速度快于删除：还有 {{waiting}} 等待下一次清理。',
    'disk.expiry_behind.action': '请减少同时过期的记录，或把数据放到更快的磁盘上。',
    'integrity.not_measured': '启动以来还没有读取过记录。',
    'integrity.nothing_stored': '存储中没有记录。',
    'integrity.checksums_hold': '启动以来读取的 {{recordsRead}} 条记录全部完整。',
    'integrity.record_damaged': '遇到损坏的记录 {{recordsDamaged}} 次，其内容未被返回。',
    'integrity.record_damaged.action': '请校验最新备份并恢复，同时检查磁盘：它返回了并未写入的内容。',
    'integrity.index_failed': '集合 {{collection}} 的索引 {{index}} 无法维护：查询不使用它，它也不会拒绝任何写入。',
    'integrity.index_failed.action': '请在“查询”页的“集合”中查看是哪些记录造成的，修正后重新建立该索引。',
    'integrity.store_damaged': '磁盘上的数据自相矛盾。',
    'integrity.store_damaged.action': '没有删除任何内容。请把最新的备份恢复到一个新的数据目录。',
    'backup.not_known': '尚未查看备份。',
    'backup.backups_unreadable': '无法读取备份目录，因此不知道出事时会丢失哪些数据。',
    'backup.backups_unreadable.action':
      '请检查备份目录所在的磁盘及其访问权限，或将 [backup.storage] 的 path 设为另一个目录。在此之前无法备份。',
    'backup.nothing_to_back_up': '没有需要备份的记录。',
    'backup.no_backup': '还没有备份：{{records}} 条记录只存在于这块磁盘上。',
    'backup.no_backup.action': '请立即备份。',
    'backup.backup_failed': '上次备份于{{failed}}失败：{{cause}}',
    'backup.backup_failed.action': '请排除原因，然后备份。',
    'backup.backups_damaged': '所有备份都已损坏。',
    'backup.backups_damaged.action': '请立即备份，并检查存放备份的磁盘。',
    'backup.backup_damaged': '最新的备份已损坏。',
    'backup.backup_damaged.action': '请立即备份。',
    'backup.backup_unverified': '最新的备份尚未回读校验。',
    'backup.backup_unverified.action': '请校验该备份。',
    'backup.backup_old': '最新的备份创建于{{created}}，此后数据有变化。',
    'backup.backup_old.action': '请立即备份。',
    'backup.same_disk': '最新的备份创建于{{created}}，已回读并确认完整，但与数据在同一块磁盘上。',
    'backup.same_disk.action': '它可以挽回误操作，但会随磁盘一起丢失。请将 [backup.storage] 的 path 设为另一块磁盘上的目录，然后备份。',
    'backup.backed_up': '最新的备份创建于{{created}}，已回读并确认完整。',
  },
})

type TextName = keyof typeof en

/** What a check says and advises in the language of the screen; the host's own English where this screen does not know the code. */
export function useCheckText(): (check: Check) => { reason: string; action: string | undefined } {
  const t = useTexts()
  const language = useLanguage()
  const now = useNow()
  const errorText = useErrorText()
  return (check) => {
    const name = `${check.id}.${check.code}`
    if (!isName(name)) return { reason: check.reason, action: check.action }
    const action = `${name}.action`
    return {
      reason: t(sentenceOf(name, check), { ...factsOf(check, language, now), cause: causeOf(check, errorText) }),
      action: isName(action) ? t(action) : check.action,
    }
  }
}

/** Where only reads or only writes were measured, the sentence is about those alone. */
function sentenceOf(name: TextName, { id, facts = {} }: Check): TextName {
  if (id !== 'performance') return name
  if (typeof facts.writeP99Ms !== 'number' && typeof facts.readP99Ms === 'number') return 'performance.reads'
  if (typeof facts.readP99Ms !== 'number' && typeof facts.writeP99Ms === 'number') return 'performance.writes'
  return name
}

/** Of a failure that a check tells about, in the language of the screen. */
function causeOf({ facts = {} }: Check, errorText: ReturnType<typeof useErrorText>): string {
  if (typeof facts.error !== 'string') return ''
  return errorText({ code: facts.error, message: String(facts.detail ?? ''), details: {} }).text
}

const isName = (name: string): name is TextName => Object.hasOwn(en, name)

function factsOf({ facts = {} }: Check, language: string, nowMs: number): Record<string, string> {
  const amount = (quantity: { value: string; unit: string }) => `${quantity.value} ${quantity.unit}`
  const latency = (fact: unknown) => (typeof fact === 'number' ? amount(formatLatency(fact, language)) : '')
  const when = (fact: unknown) => (typeof fact === 'string' ? formatRelative(Date.parse(fact), nowMs, language) : '')
  const number = (fact: unknown) => formatNumber(Number(fact ?? 0), language)
  return {
    read: latency(facts.readP99Ms),
    write: latency(facts.writeP99Ms),
    free: amount(formatBytes(Number(facts.freeBytes ?? 0), language)),
    total: amount(formatBytes(Number(facts.totalBytes ?? 0), language)),
    folder: String(facts.folder ?? ''),
    collection: String(facts.collection ?? ''),
    index: String(facts.index ?? ''),
    pinned: amount(formatBytes(Number(facts.pinnedBytes ?? 0), language)),
    waiting: amount(formatBytes(Number(facts.waitingBytes ?? 0), language)),
    recordsRead: number(facts.recordsRead),
    recordsDamaged: number(facts.recordsDamaged),
    records: number(facts.records),
    created: when(facts.createdAt),
    failed: when(facts.failedAt),
  }
}
