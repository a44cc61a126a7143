import { useState } from 'react'
import type { SpaceReport } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { Page } from '../../ui/page.tsx'
import { usePageRequest } from '../../ui/page-request.ts'
import { LoadedView } from '../../ui/states.tsx'
import { CompactionDialog } from './compaction-dialog.tsx'
import { Freeable } from './freeable.tsx'
import { Places } from './places.tsx'
import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'
import { Usage } from './usage.tsx'
import { useSize } from './use-size.ts'

const refetchMs = 5000

/** What takes how much room, what of it can be had back, and how. */
export default function SpacePage() {
  const t = useSpaceTexts()
  const report = useOperation('space.get', {}, { refetchMs })
  const [compacting, setCompacting] = useState(false)
  const known = report.state === 'ready' ? report.data : undefined
  usePageRequest('compact', known && (() => setCompacting(true)))
  return (
    <Page title={t('title')} sentence={known && <Sentence report={known} />}>
      <LoadedView loaded={report}>
        {(data) => (
          <div className={classes.columns}>
            <div className={classes.top}>
              <Freeable report={data} onCompact={() => setCompacting(true)} />
              <Places report={data} />
            </div>
            <Usage />
          </div>
        )}
      </LoadedView>
      <CompactionDialog report={compacting ? known : undefined} onClose={() => setCompacting(false)} />
    </Page>
  )
}

function Sentence({ report: { parts, disk } }: { report: SpaceReport }) {
  const t = useSpaceTexts()
  const size = useSize()
  const total = size(parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0))
  if (disk === null) return <>{t('sentenceNoDisk', { total })}</>
  return <>{t('sentence', { total, free: size(disk.freeBytes), disk: size(disk.totalBytes) })}</>
}
