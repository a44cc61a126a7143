import type { SpaceReport } from '../../../contract/index.ts'
import { useCommand } from '../../bridge/query.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { jobSubject, notify } from '../../ui/notify.tsx'
import { Bytes } from '../../ui/quantities.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'
import { useSize } from './use-size.ts'

interface CompactionDialogProps {
  /** The dialog is open while there is one. */
  readonly report: SpaceReport | undefined
  readonly onClose: () => void
}

/** What compaction wins and needs, before it begins. */
export function CompactionDialog({ report, onClose }: CompactionDialogProps) {
  const t = useSpaceTexts()
  const ui = useUiTexts()
  const size = useSize()
  const compact = useCommand('space.compact')
  const { fileBytes = 0 } = report?.database ?? {}
  const { bytes = 0, neededBytes = 0, possible = true } = report?.reclaimable.compaction ?? {}
  const missing = Math.max(0, neededBytes - (report?.disk?.freeBytes ?? neededBytes))
  const confirm = async () => {
    const { kind } = await compact.run({})
    notify({ subject: jobSubject(kind), message: ui('jobStarted', { name: ui(`job.${kind}`) }) })
  }
  const figures = [
    ['before', fileBytes],
    ['win', bytes],
    ['after', fileBytes - bytes],
    ['needs', neededBytes],
  ] as const
  return (
    <ConfirmDialog
      opened={report !== undefined}
      title={t('compaction.title')}
      action={t('compaction.action')}
      disabled={!possible}
      onConfirm={confirm}
      onClose={onClose}
    >
      <div className={classes.explanation}>
        <p>{t('compaction.text')}</p>
        <dl className={classes.figures}>
          {figures.map(([name, amount]) => (
            <div key={name}>
              <dt>{t(`compaction.${name}`)}</dt>
              <dd>
                <Bytes bytes={amount} />
              </dd>
            </div>
          ))}
        </dl>
        <p>{possible ? t('compaction.cancel') : t('compaction.noRoom', { missing: size(missing) })}</p>
      </div>
    </ConfirmDialog>
  )
}
