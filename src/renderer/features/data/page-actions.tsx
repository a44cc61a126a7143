import { ActionIcon, Button, Menu } from '@mantine/core'
import { Download, Ellipsis, Plus, Trash2, Upload } from 'lucide-react'
import { useDataTexts } from './texts.ts'

export type PageAction = 'create' | 'delete-prefix' | 'import' | 'export'

export function PageActions({ onChoose }: { onChoose: (action: PageAction) => void }) {
  const t = useDataTexts()
  return (
    <>
      <Button leftSection={<Upload size={14} aria-hidden="true" />} onClick={() => onChoose('import')}>
        {t('import')}
      </Button>
      <Button leftSection={<Download size={14} aria-hidden="true" />} onClick={() => onChoose('export')}>
        {t('export')}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" aria-label={t('more')}>
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown aria-label={t('more')}>
          <Menu.Item leftSection={<Trash2 size={14} aria-hidden="true" />} onClick={() => onChoose('delete-prefix')}>
            {t('deletePrefix')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button variant="filled" leftSection={<Plus size={14} aria-hidden="true" />} onClick={() => onChoose('create')}>
        {t('create')}
      </Button>
    </>
  )
}
