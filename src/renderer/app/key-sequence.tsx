import { useKeyTexts } from '../ui/key-catalogue.ts'
import { KeyHint } from '../ui/key-hint.tsx'
import { usePendingKey } from '../ui/keys.ts'
import classes from './key-help.module.css'
import { pageKeys } from './key-list.ts'
import { useAppTexts } from './texts.ts'

/** After `g`: where the next key leads. */
export function KeySequence() {
  const pending = usePendingKey()
  const t = useKeyTexts()
  const app = useAppTexts()
  return (
    <div role="status">
      {pending === 'g' && (
        <div className={classes.sequence}>
          {t('sequence')}
          <ul>
            {pageKeys.map(({ page }) => (
              <li key={page.id}>
                <KeyHint keys={page.key} /> {app(`page.${page.id}`)}
              </li>
            ))}
            <li>
              <KeyHint keys="j" /> {t('jobs')}
            </li>
          </ul>
        </div>
      )}
    </div>
  )
}
