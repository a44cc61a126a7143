import { useLanguage } from '../../language/index.ts'
import type { ConfigEntry } from './entries.ts'

/** What each key means, in Chinese; the host says it in English. */
export const chineseDescriptions: Readonly<Record<string, string>> = {
  'undo.keep_days': '更改在多长时间内可以撤销。',
  'undo.max_mb': '为撤销保留内容的最大空间；空间不足时会拒绝删除，除非要求不保留撤销。',
  'database.lmdb.path': '主数据库所在的目录。',
  'database.lmdb.cache_size_mb': '缓存的内存层最多使用的内存；0 表示关闭。',
  'database.lmdb.compression': '压缩数据库中的值（zstd）；只有至少能节省八分之一时才压缩。已有的值保持原样。',
  'database.lmdb.flush_every_ms':
    '已确认的写入最多等待多久才同步到磁盘：0 表示只有断电也不会丢失时才确认；大于 0 表示进程被杀也不会丢失时即确认，并按此间隔同步。',
  'database.lmdb.snapshot_interval_sec': '多久归档一次日志，以便在两次备份之间恢复到某个时间点。',
  'database.lmdb.performance.max_read_threads': '导出和在值中搜索时，打开、查找和写出记录的线程数上限；读取单条记录不需要线程。',
  'database.lmdb.performance.max_write_threads': '写入数据库前压缩和加密值的线程数上限；LMDB 本身只有一个写入者。',
  'database.lmdb.performance.batch_size': '导入和批量更改在一个事务中写入的记录数上限。',
  'database.lmdb.performance.prefetch_size': '导出时一次预读的记录数；0 表示逐条读取。',
  'cache.redis.url': 'Redis 服务器的地址；留空表示不使用 Redis。',
  'cache.redis.connection_pool_size': '保持打开的连接数。',
  'cache.redis.key_prefix': 'Redis 中每个键的前缀。',
  'cache.redis.default_ttl_seconds': '未另行指定时，值在 Redis 中保留多久。',
  'cache.redis.cluster.enabled': '把下列节点作为一个集群使用。',
  'cache.redis.cluster.nodes': '集群的部分节点；其余节点通过它们找到。',
  'cache.redis.performance.pipeline_batch_size': '一次一起发送的命令数上限。',
  'cache.redis.performance.read_timeout_ms': '读取最多等待 Redis 多久。',
  'cache.redis.performance.write_timeout_ms': '写入最多等待 Redis 多久。',
  'storage.filesystem.base_path': '文件存储所在的目录。',
  'storage.filesystem.max_file_size_mb': '可接受的最大文件。',
  'storage.filesystem.allowed_extensions': '只接受这些扩展名；空列表表示全部接受。',
  'storage.filesystem.compression_enabled': '压缩文件。',
  'storage.filesystem.cleanup.max_age_days': '超过此天数的文件会被清理。',
  'storage.filesystem.cleanup.cleanup_interval_hours': '多久清理一次。',
  'storage.filesystem.cleanup.delete_empty_dirs': '清理时一并删除空目录。',
  'backup.enabled': '按计划备份。',
  'backup.schedule': '备份的时间，按本地时间的 cron 计划。',
  'backup.retention_days': '备份保留多久。',
  'backup.compression_level': '备份的 zstd 级别：越高越小，也越慢。',
  'backup.encryption_enabled': '加密备份。在此功能可用之前，只要为 true 就会拒绝备份，绝不会以明文写出。',
  'backup.storage.type': '本地目录或 S3 存储桶。在支持存储桶之前，只要为 "s3" 就会拒绝备份。',
  'backup.storage.path': 'type 为 "local" 时，备份所在的目录。',
  'backup.storage.remote_url': 'type 为 "s3" 时，存储桶的地址。',
  'backup.storage.remote_access_key': '存储桶的访问密钥 ID。',
  'backup.storage.remote_secret_key': '存储桶的访问密钥。',
  'backup.verification.enabled': '反复读取较早备份的一部分，确认其完好。',
  'backup.verification.sample_size_percent': '每次读取备份的多大比例。',
  'backup.verification.checksum_algorithm': '备份中每个数据块的校验算法。',
  'server.http': 'HTTP 在哪里应答。未设置时：无界面主机为 127.0.0.1:7450，桌面应用为关闭。',
  'server.socket': 'Unix 套接字；其所在目录仅本人可访问。',
  'journal.path': '日志所在的目录；可以与数据库不在同一磁盘。',
  'journal.segment_mb': '一个日志文件的大小，预先写好；更大的事务会得到与其大小相当的文件。',
  'journal.overlay_mb': '数据库尚未收到的写入最多占用的内存；用满后写入方需要等待。',
  'encryption.data':
    '要求加密磁盘上的值：下次启动时由任务完成加密。false 不作要求：可用 holdfast encryption 命令开启和关闭。记录的键仍可读。',
  'encryption.key_file': '存放密钥的文件，仅所有者可读。没有它，任何人都无法读取数据：请另存一份副本。',
  'limits.max_value_mb': '一条记录的值的最大大小。',
  'limits.max_connections': '同时的连接数上限；超出的连接会收到 503 并被关闭。',
  'limits.max_requests_in_flight': '同时的请求数上限；超出的请求会收到 429。',
  'log.level': '写入的最低级别。',
  'log.max_file_mb': '日志文件达到此大小即关闭，并开始新的文件。',
  'log.files': '保留的日志文件数，包括当前文件。',
}

export const chineseUnits: Readonly<Record<string, string>> = {
  MB: 'MB',
  milliseconds: '毫秒',
  seconds: '秒',
  hours: '小时',
  days: '天',
  records: '条记录',
  files: '个文件',
  commands: '条命令',
  percent: '%',
}

/** What may stand in a text or a list, in Chinese. */
export const chineseExpected: Readonly<Record<string, string>> = {
  'server.http': '本机回环地址，如 "127.0.0.1:7450"（端口 0 表示任意空闲端口），或 "off"',
  'cache.redis.url': 'redis:// 或 rediss:// 地址；留空表示不使用 Redis',
  'cache.redis.key_prefix': '最多 200 个字符的文本',
  'cache.redis.cluster.nodes': '最多 1000 项，每项为 redis:// 或 rediss:// 地址',
  'storage.filesystem.allowed_extensions': '最多 1000 项，每项为不带点的扩展名，如 "txt"',
  'backup.schedule': 'cron 计划，如 "0 2 * * *"：分、时、日、月、星期',
  'backup.storage.remote_url': 'https://、http:// 或 s3:// 地址，或留空',
  'backup.storage.remote_access_key': '最多 1000 个字符的文本',
  'backup.storage.remote_secret_key': '最多 1000 个字符的文本',
}

/** The entries with what they mean in the language of the app. */
export function useDescribed(): (entry: ConfigEntry) => ConfigEntry {
  const language = useLanguage()
  return (entry) => {
    const { key, description, unit } = entry
    // The marks of code are for the pages of the documentation.
    if (language !== 'zh-CN') return { ...entry, description: description.replaceAll('`', '') }
    return {
      ...entry,
      description: chineseDescriptions[key] ?? description,
      ...(unit !== undefined && { unit: chineseUnits[unit] ?? unit }),
    }
  }
}
