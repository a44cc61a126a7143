import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Link2 } from 'lucide-react'
import { shell } from '../bridge/shell.ts'
import { useUiTexts } from './texts.ts'

/** Copies the address of a place in this app. Only in the app: a browser's page has an address of its own, and is on another host perhaps. */
export function CopyLinkButton({ link }: { link: string }) {
  const t = useUiTexts()
  const clipboard = useClipboard({ timeout: 1500 })
  if (!shell()) return null
  const name = t(clipboard.copied ? 'copied' : 'copyLink')
  return (
    <Tooltip label={name}>
      <ActionIcon aria-label={name} onClick={() => clipboard.copy(link)}>
        {clipboard.copied ? <Check size={16} color="var(--hf-ok)" /> : <Link2 size={16} />}
      </ActionIcon>
    </Tooltip>
  )
}
