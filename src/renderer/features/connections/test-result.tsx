import type { TestOutcome } from '../../../contract/index.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import classes from './connections.module.css'
import { useConnectionTexts } from './texts.ts'

/** Whether the connection would work as it stands. */
export const isUsable = (outcome: TestOutcome): boolean => outcome.kind === 'ok' || outcome.kind === 'folder'

/** What was found there, and what to do about it. */
export function TestResult({ outcome }: { outcome: TestOutcome | undefined }) {
  const t = useConnectionTexts()
  return (
    <div role="status">
      {outcome !== undefined && (
        <div className={classes.result} data-usable={isUsable(outcome)}>
          <LevelMark level={isUsable(outcome) ? 'normal' : 'warning'} />
          <div>
            <p>{sentenceOf(outcome, t)}</p>
            {'reason' in outcome && !isSaidAlready(outcome) && <code className={classes.reason}>{outcome.reason}</code>}
          </div>
        </div>
      )}
    </div>
  )
}

/** Where the sentence says it all, the cause in the words of the host or of the form adds nothing. */
const isSaidAlready = ({ kind }: TestOutcome): boolean => ['wrong-token', 'needs-token', 'plain-remote', 'not-address'].includes(kind)

function sentenceOf(outcome: TestOutcome, t: ReturnType<typeof useConnectionTexts>): string {
  switch (outcome.kind) {
    case 'ok':
      return t('test.ok', { hostname: outcome.hostname, folder: outcome.dataFolder, version: outcome.version })
    case 'other-version':
      return t('test.other-version', { version: outcome.version, own: outcome.own })
    case 'folder':
      return t(`test.folder.${outcome.state}`)
    default:
      return t(`test.${outcome.kind}`)
  }
}
