import { Button, Progress } from '@mantine/core'
import classes from './job-progress.module.css'
import { usePageWork } from './page-work.ts'
import { useUiTexts } from './texts.ts'

/** What this window works on itself, above the host's jobs. */
export function PageWorkList() {
  const t = useUiTexts()
  const works = usePageWork((state) => state.works)
  return works.map((work) => (
    <div key={work.id} className={classes.job} data-state="running">
      <div className={classes.head}>
        <span className={classes.name}>{work.name}</span>
        <span className={classes.subject}>{work.subject}</span>
        <span className={classes.state}>{t(work.paused ? 'state.paused' : 'state.running')}</span>
      </div>
      <Progress
        size="sm"
        value={100 * (work.fraction ?? 1)}
        aria-label={work.name}
        {...(work.fraction === undefined ? { striped: true, animated: true } : {})}
      />
      <div className={classes.figures}>
        <span>{work.figures}</span>
      </div>
      <div className={classes.cancel}>
        <span>{t('keepOpen')}</span>
        <Button onClick={work.open} aria-label={`${t('show')}: ${work.name}`}>
          {t('show')}
        </Button>
      </div>
    </div>
  ))
}
