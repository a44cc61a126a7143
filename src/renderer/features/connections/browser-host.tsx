import type { Status } from '../../../contract/index.ts'
import { keepMarks, useIdentity } from '../../bridge/identity.ts'
import { useOperation } from '../../bridge/query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { LoadedView } from '../../ui/states.tsx'
import { LookFields } from './app-settings.tsx'
import classes from './connections.module.css'
import { MarkFields } from './mark-fields.tsx'
import { useConnectionTexts } from './texts.ts'

/** In a browser there is one host, that of the address. Its marks are kept in this browser. */
export function BrowserHost() {
  const t = useConnectionTexts()
  const status = useOperation('status.get', {})
  return (
    <Page title={t('title')} sentence={t('browserSentence')}>
      <LoadedView loaded={status}>{(data) => <HostSections status={data} />}</LoadedView>
    </Page>
  )
}

function HostSections({ status }: { status: Status }) {
  const t = useConnectionTexts()
  const identity = useIdentity() ?? { name: status.hostname, colour: 'teal' as const, production: false }
  const facts = [
    [t('host'), status.hostname],
    [t('dataFolder'), status.dataFolder],
    [t('address'), window.location.origin],
  ] as const
  return (
    <div className={classes.sections}>
      <Section title={t('thisHost')}>
        <dl className={classes.facts}>
          {facts.map(([name, value]) => (
            <div key={name} className={classes.fact}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
                <CopyButton small text={value} />
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title={t('marks')}>
        <div className={classes.settings}>
          <p className={classes.quiet}>{t('marksHelp')}</p>
          <MarkFields draft={identity} fixedName onChange={({ colour, production }) => keepMarks(status, { colour, production })} />
        </div>
      </Section>
      <Section title={t('thisBrowser')}>
        <div className={classes.settings}>
          <LookFields />
        </div>
      </Section>
    </div>
  )
}
