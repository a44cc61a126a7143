// docs/configuration.md, from the table that also parses.
import { settingsTable } from '../../src/main/config/settings-table.ts'
import { code, generated, page, table } from './markdown.mjs'

const introduction = `# Configuration

Holdfast reads one TOML file: the one that \`--config\` names, else \`holdfast.toml\` in the data folder, else none; then all defaults hold. Relative paths in it
are relative to the data folder. It is read at start. At most 1 MiB, UTF-8.

A mistake stops the start, and all mistakes are reported at once, one a line as \`FILE:LINE: key: what was expected\`, with the nearest right name for one that
is unknown. \`holdfast config check FILE\` does the same without a host and exits 1 if there are any. Numbers are whole numbers; 1 MB here is 1,048,576 bytes.

Every key below is parsed and checked. One that is **not in effect yet** says with what it arrives; a file that sets it starts all the same, and a notice at
start names it. An optional part that cannot be reached (Redis) never stops the start.`

const example = `[database.lmdb]
cache_size_mb = 256

[journal]
path = "/mnt/fast/holdfast-journal"

[backup]
compression_level = 9

[backup.storage]
path = "/mnt/usb/backups"

[server]
http = "127.0.0.1:7450"`

const changing = `## Changing settings

There are three ways; each ends in the same file.

1. **In the app**, or in a browser at \`holdfast serve\`: *Settings*. Changes are collected, shown as old → new with what needs a restart, and then applied or discarded together.
2. **With a command**: \`holdfast config get [KEY]\`, \`config set KEY VALUE\`, \`config unset KEY\`, \`config undo\` ([cli.md](cli.md)); or \`PATCH /api/config\` with
   \`{"changes": {"log.level": "debug", "log.files": null}}\` ([api.md](api.md)). \`null\` brings back the default.
3. **In an editor**: change the file, check it with \`holdfast config check\`, restart.

The first two keep comments, order and spacing of the file, check the whole of it before they write, and write it so that a crash leaves the old or the new file.
A mistake is answered with its key and changes nothing. When the file was edited by hand since it was looked at, both values are shown and somebody decides. The
last change can be undone in one step (\`POST /api/config/undo\`), as long as the file was not edited since. Secrets can be set, and are never shown.

What says *takes effect at once* below is taken by the running host; all else waits for the next start (*Restart Holdfast* in the menu or the tray of the app), and until then Settings shows what runs and what
is stored, and the overview says that a restart is waited for. A change by hand is always read at the next start. The folders of the database and of the journal are not changed this way, because what is in them has
to move along: stop Holdfast, move the folder, set the key, start again. A new \`backup.storage.path\` begins with an empty list; move the archives if they shall be found there.`

const decisions = `## What to know

- **\`database.lmdb.flush_every_ms\`**: with 0, the default, a write is acknowledged when it survives power loss. With more it is acknowledged when it survives the
  process being killed, and power loss may take back as much as was written in that time. A single request can ask for either (\`Holdfast-Durability\`).
- **\`database.lmdb.cache_size_mb\`** bounds the memory tier. LMDB itself has no cache of its own: it reads through the page cache of the system, which takes what is
  free and gives it back. There is no second key for the same thing under \`[cache]\`.
- **\`[database.sled]\`** is read as \`[database.lmdb]\`. A file with both is a mistake: they would be the same table twice.
- **Backups are refused**, and never written in plain text, while \`backup.encryption_enabled\` is true, until encryption arrives; likewise while \`backup.storage.type\`
  is not \`"local"\`. The host starts and says so.
- **Folders** of the database, the journal, backups and files must not lie in one another, nor contain the data folder, nor take a name that Holdfast itself uses there (\`logs\`, \`run\`, \`undo\` …).
- **Secrets** (marked below) are never shown: not on the settings page, not by the API, not in messages about mistakes.`

const shown = (value) => (value === null ? '' : `\`${JSON.stringify(value).replaceAll(',', ', ')}\``)

function settingRow([name, setting]) {
  const later = setting.arrivesWith === undefined ? '' : ` *Not in effect yet: arrives with ${setting.arrivesWith}.*`
  const now = setting.appliesNow ? ' *Takes effect at once.*' : ''
  const secret = setting.secret === undefined ? '' : setting.secret === 'all' ? ' *Secret.*' : ' *A password in it is secret.*'
  return [`\`${name}\``, setting.expected, shown(setting.default), `${setting.description}${later}${now}${secret}`]
}

function* sections(node, path) {
  const entries = Object.entries(node.entries)
  const settings = entries.filter(([, entry]) => entry.node === 'setting')
  if (settings.length > 0) {
    yield `## \`[${path.join('.')}]\``
    yield node.description
    yield table(['key', 'expected', 'default', 'meaning'], settings.map(settingRow))
  }
  for (const [name, entry] of entries) if (entry.node === 'table') yield* sections(entry, [...path, name])
}

export const configurationPage = () =>
  page(generated, introduction, code('toml', example), changing, decisions, [...sections(settingsTable, [])])
