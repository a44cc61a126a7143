import { Button } from '@mantine/core'
import { saveBytes } from '../../bridge/file-sink.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import type { ImportResult } from './import-run.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import type { ImportTask } from './transfer-store.ts'

/** Rows of the list; the file has all. */
const listed = 100

/** The lines that could not be imported, and the file of them that can be mended. */
export function FailedLines({ task, result }: { task: ImportTask; result: ImportResult }) {
  const t = useTransferTexts()
  const language = useLanguage()
  const { failed } = result.figures
  return (
    <>
      <div className={classes.line}>
        <LevelMark level="warning" />
        <strong>{t('import.failed', { count: failed, n: formatNumber(failed, language) })}</strong>
        <Button onClick={() => void saveFailed(task, result)}>{t('import.errorsFile')}</Button>
      </div>
      <p className={classes.hint}>
        {t('import.errorsText')} {failed > listed && t('import.listed', { n: formatNumber(listed, language) })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus */}
      <section className={classes.table} tabIndex={0} aria-label={t('import.reason')}>
        <table>
          <thead>
            <tr>
              <th scope="col" className={classes.number}>
                {t('preview.line')}
              </th>
              <th scope="col">{t('import.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {result.failures.slice(0, listed).map(({ line, reason }) => (
              <tr key={line}>
                <td className={classes.number}>{formatNumber(line, language)}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

/** `cities.csv` → `cities-errors.csv` */
async function saveFailed({ file }: ImportTask, { errorsFile }: ImportResult): Promise<void> {
  const [, name = file.name, ending = ''] = /^(.*?)(\.\w+)?$/s.exec(file.name) ?? []
  const bytes = await new Blob([...errorsFile]).bytes()
  await saveBytes(`${name.replace(/-errors$/, '')}-errors${ending}`, 'application/octet-stream', bytes)
}
