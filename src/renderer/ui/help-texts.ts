import { makeTexts } from '../language/index.ts'

/** Terms that somebody who begins may not know, and the document that says more of each. */
export const helpDocuments = {
  prefix: 'docs/api.md',
  overwrite: 'docs/import-export.md',
  durable: 'docs/reliability.md',
  committed: 'docs/reliability.md',
  ttl: 'docs/api.md',
  version: 'docs/api.md',
  generation: 'docs/backup.md',
  verified: 'docs/backup.md',
  snapshot: 'docs/backup.md',
  socket: 'docs/operations.md',
  token: 'docs/operations.md',
  lease: 'docs/transactions.md',
  fencingToken: 'docs/transactions.md',
  transaction: 'docs/transactions.md',
} as const
export type HelpTerm = keyof typeof helpDocuments

export const useHelpTexts = makeTexts('help', {
  en: {
    what: 'What is this: {{name}}',
    more: 'More in',
    'prefix.name': 'Prefix',
    'prefix.text':
      'The beginning that keys share, such as “sensor:” in sensor:1 and sensor:2. Records of one prefix stand together, so they can be found, exported and deleted together.',
    'overwrite.name': 'Keys that exist',
    'overwrite.text':
      'A key names one record. A line with a key of the store replaces that record, is left out, or keeps the whole file out, as you choose.',
    'durable.name': 'Durable',
    'durable.text': 'A write is answered once it is on the disk. It survives a power cut.',
    'committed.name': 'Committed',
    'committed.text':
      'A write is answered once the system has it. It survives a killed program, but a power cut may take the last moments.',
    'ttl.name': 'TTL, time to live',
    'ttl.text': 'Seconds after which a record is gone by itself. Without one it stays until somebody deletes it.',
    'version.name': 'Version',
    'version.text':
      'The name of one state of a record; every write makes a new one. A program that sends the version that it read cannot overwrite what came in between.',
    'generation.name': 'Generation',
    'generation.text': 'One whole copy of the database. A restore builds a new one beside the old and switches to it, so it can be undone.',
    'verified.name': 'Verified',
    'verified.text':
      'The backup was read back from its place, whole, and every checksum held. Only then does it count as one that can be restored.',
    'snapshot.name': 'Snapshot',
    'snapshot.text': 'The state of all records at one moment. A backup reads one while programs go on writing.',
    'socket.name': 'Socket',
    'socket.text': 'A file that programs on this host talk to the store through. Who may open it may use the store, so it needs no token.',
    'token.name': 'Token',
    'token.text':
      'A secret that proves over HTTP that a program may use the store. It stands in the file “token” of the data folder; treat it as a password.',
    'lease.name': 'Lease',
    'lease.text':
      'How long a lock is held unless its holder renews it. A program that died holds nothing for ever: its locks end with their lease.',
    'fencingToken.name': 'Fencing token',
    'fencingToken.text':
      'A number that only grows, given with every lock. A write that carries an old one is refused, so a program that was too slow cannot overwrite what came after it.',
    'transaction.name': 'Transaction',
    'transaction.text':
      'Reads and writes of one program that become one commit: everything or nothing. Left alone for too long it is rolled back by itself.',
  },
  'zh-CN': {
    what: '这是什么：{{name}}',
    more: '详见',
    'prefix.name': '前缀',
    'prefix.text': '多个键共有的开头，例如 sensor:1 和 sensor:2 中的“sensor:”。同一前缀的记录排在一起，可以一起查找、导出和删除。',
    'overwrite.name': '已存在的键',
    'overwrite.text': '一个键对应一条记录。若某行的键在存储中已存在，可选择替换该记录、略过此行，或整个文件都不导入。',
    'durable.name': '持久（durable）',
    'durable.text': '写入落盘之后才返回。即使断电也不会丢失。',
    'committed.name': '已提交（committed）',
    'committed.text': '系统收到写入后即返回。程序被终止不会丢失，但断电可能丢失最后片刻的写入。',
    'ttl.name': '有效期（TTL）',
    'ttl.text': '经过这么多秒后，记录自动消失。未设置时，记录会一直保留到被删除为止。',
    'version.name': '版本',
    'version.text': '记录某一状态的标识，每次写入都会产生新版本。程序提交所读到的版本，就不会覆盖其间的更改。',
    'generation.name': '代（generation）',
    'generation.text': '数据库的一份完整副本。恢复时会在旧的一代旁边建立新的一代再切换过去，因此可以撤销。',
    'verified.name': '已校验',
    'verified.text': '备份已从存放处完整读回，且所有校验和都正确。只有这样才算可以恢复的备份。',
    'snapshot.name': '快照',
    'snapshot.text': '所有记录在某一时刻的状态。备份读取快照时，程序可以继续写入。',
    'socket.name': '套接字',
    'socket.text': '本机程序用来访问存储的文件。能打开它的程序就能使用存储，因此不需要令牌。',
    'token.name': '令牌',
    'token.text': '通过 HTTP 访问时，证明程序有权使用存储的密钥。它保存在数据目录的 token 文件中，请像密码一样保管。',
    'lease.name': '租期',
    'lease.text': '持有者不续期时，锁最多保持多久。程序即使中途退出也不会永远占着锁：租期一到，锁自动释放。',
    'fencingToken.name': '防护令牌（fencing token）',
    'fencingToken.text': '每次加锁得到的、只增不减的数字。携带旧令牌的写入会被拒绝，因此反应过慢的程序不会覆盖后来的内容。',
    'transaction.name': '事务',
    'transaction.text': '一个程序的多次读写合为一次提交：要么全部生效，要么全不生效。闲置过久会自动回滚。',
  },
})
