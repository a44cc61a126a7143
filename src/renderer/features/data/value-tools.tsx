import { ActionIcon, Button, Menu, SegmentedControl } from '@mantine/core'
import { Download, Ellipsis, X } from 'lucide-react'
import { base64Of } from '../../bridge/value-bytes.ts'
import { formatBytes, useLanguage } from '../../language/index.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { notify } from '../../ui/notify.tsx'
import { useDataTexts } from './texts.ts'
import type { ShownValue } from './use-record-value.ts'
import { useSaveToFile } from './use-save-to-file.ts'
import classes from './value-pane.module.css'
import { type ValueView, valueViews } from './viewers/value-views.ts'
import { useViewerTexts } from './viewers/viewer-texts.ts'

interface ValueToolsProps {
  readonly shown: ShownValue
  readonly view: ValueView
  readonly onView: (view: ValueView) => void
}

/** The ways to show the value, those that fit it before the others, and ways to take it along. */
export function ValueTools({ shown, view, onView }: ValueToolsProps) {
  const t = useDataTexts()
  const names = useViewerTexts()
  const { look, isWhole, bytes } = shown
  const tabs = look.views.includes(view) ? look.views : [view, ...look.views]
  return (
    <div className={classes.tools}>
      <SegmentedControl
        size="xs"
        aria-label={t('view')}
        value={view}
        data={tabs.map((name) => ({ value: name, label: names(name) }))}
        onChange={(name) => onView(name as ValueView)}
      />
      <Menu position="bottom-start">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={names('others')} title={names('others')}>
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown aria-label={names('others')}>
          {valueViews
            .filter((name) => !tabs.includes(name))
            .map((name) => (
              <Menu.Item key={name} onClick={() => onView(name)}>
                {names(name)}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
      <span className={classes.space} />
      {isWhole && <CopyButton text={() => look.text ?? base64Of(bytes)} label={t(look.text === undefined ? 'copyHex' : 'copyValue')} />}
      <SaveToFile shown={shown} />
    </div>
  )
}

function SaveToFile({ shown }: { shown: ShownValue }) {
  const t = useDataTexts()
  const language = useLanguage()
  const saving = useSaveToFile()
  if (saving.savedBytes !== undefined) {
    const { value, unit } = formatBytes(saving.savedBytes, language)
    return (
      <Button variant="subtle" color="gray" leftSection={<X size={14} aria-hidden="true" />} onClick={saving.stop}>
        {t('stopSaving', { size: `${value} ${unit}` })}
      </Button>
    )
  }
  return (
    <Button
      variant="subtle"
      color="gray"
      leftSection={<Download size={14} aria-hidden="true" />}
      onClick={() => void saving.save(shown).then((saved) => saved && notify({ subject: 'records.saveFile', message: t('savedFile') }))}
    >
      {t('saveFile')}
    </Button>
  )
}
