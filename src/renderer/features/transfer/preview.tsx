import { formatNumber, useLanguage } from '../../language/index.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { type PreviewItem, previewOf } from './file-sample.ts'
import { useReason } from './reason.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import type { ImportTask } from './transfer-store.ts'

/** The first lines as the records that they will become, drawn anew with each change of the plan. */
export function Preview({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const { items, unreadable } = previewOf(task.sample, task.encoding, task.plan)
  return (
    <>
      {items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
        <section className={`${classes.table} ${classes.preview}`} tabIndex={0} aria-label={t('preview.title')}>
          <table>
            <thead>
              <tr>
                <th scope="col" className={classes.number}>
                  {t('preview.line')}
                </th>
                <th scope="col">{t('preview.key')}</th>
                <th scope="col">{t('preview.value')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <PreviewRow key={item.line} item={item} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {unreadable && (
        <div className={classes.line} role="alert">
          <LevelMark level="critical" />
          <span>{t(`unreadable.${unreadable.code}`, { line: unreadable.line })}</span>
        </div>
      )}
      {items.length === 0 && !unreadable && <p className={classes.hint}>{t('preview.none')}</p>}
    </>
  )
}

function PreviewRow({ item }: { item: PreviewItem }) {
  const language = useLanguage()
  const reasonOf = useReason()
  return (
    <tr>
      <td className={classes.number}>{formatNumber(item.line, language)}</td>
      {'problem' in item ? (
        <td colSpan={2} className={classes.reason}>
          {reasonOf(item.problem)}
        </td>
      ) : (
        <>
          <td className={classes.code} title={item.key}>
            {item.key}
          </td>
          <td className={classes.code} title={item.value}>
            {item.value}
          </td>
        </>
      )}
    </tr>
  )
}
