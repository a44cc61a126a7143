import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Backup } from '../../../contract/index.ts'
import { useCommand } from '../../bridge/query.ts'
import { formatAbsolute, useLanguage } from '../../language/index.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { CopyLinkButton } from '../../ui/copy-link-button.tsx'
import { linkToBackup } from '../../ui/deep-link.ts'
import { HelpMark } from '../../ui/help-mark.tsx'
import type { HelpTerm } from '../../ui/help-texts.ts'
import { Section } from '../../ui/page.tsx'
import { Bytes, Count, RelativeTime } from '../../ui/quantities.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { BackupState } from './backup-state.tsx'
import classes from './backups.module.css'
import { useBackupTexts } from './texts.ts'

/** One backup: what it holds, whether it may be relied on, and what can be done with it. */
export function BackupDetails({ backup, onRestore }: { backup: Backup; onRestore: () => void }) {
  const t = useBackupTexts()
  const language = useLanguage()
  const verify = useCommand('backups.verify')
  const { local } = formatAbsolute(Date.parse(backup.createdAt), language)
  return (
    <Section
      title={t('details', { time: local })}
      actions={
        <div className={classes.actions}>
          <Button loading={verify.running} onClick={() => void verify.run({ id: backup.id }).catch(() => undefined)}>
            {t('verify')}
          </Button>
          <Button disabled={backup.state === 'damaged'} onClick={onRestore}>
            {t('restore')}
          </Button>
        </div>
      }
    >
      {verify.error !== undefined && <ErrorLine error={verify.error} />}
      <dl className={classes.facts}>
        <Fact name={t('state')} help="verified">
          <BackupState state={backup.state} />
        </Fact>
        {backup.problem !== undefined && <Fact name={t('problem')}>{backup.problem}</Fact>}
        <Fact name={t('verifiedAt')}>{backup.verifiedAt === undefined ? t('never') : <RelativeTime at={backup.verifiedAt} />}</Fact>
        <Fact name={t('kind')}>{t(backup.kind)}</Fact>
        <Fact name={t('records')}>
          <Count value={backup.records} />
        </Fact>
        <Fact name={t('bytes')}>
          <Bytes bytes={backup.bytes} />
        </Fact>
        <Fact name={t('size')}>
          <Bytes bytes={backup.storedBytes} />
        </Fact>
        <Fact name={t('position')} help="snapshot">
          <Count value={backup.sequence} />
        </Fact>
        <Fact name={t('file')} wide>
          <code className={classes.code}>{backup.file}</code>
          <CopyButton text={backup.file} />
        </Fact>
        <Fact name={t('id')}>
          <code className={classes.code}>{backup.id}</code>
          <CopyButton text={backup.id} />
          <CopyLinkButton link={linkToBackup(backup.id)} />
        </Fact>
      </dl>
    </Section>
  )
}

function Fact(props: { name: string; help?: HelpTerm; wide?: boolean; children: ReactNode }) {
  const { name, help, wide = false, children } = props
  return (
    <div className={classes.fact} data-wide={wide}>
      <dt>
        {name} {help !== undefined && <HelpMark term={help} />}
      </dt>
      <dd>{children}</dd>
    </div>
  )
}
