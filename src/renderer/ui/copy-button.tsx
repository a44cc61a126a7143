import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Copy } from 'lucide-react'
import { useUiTexts } from './texts.ts'

/** Copies `text`; `label` says what that is, for those who do not see the place. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useUiTexts()
  const clipboard = useClipboard({ timeout: 1500 })
  const name = clipboard.copied ? t('copied') : (label ?? t('copy'))
  return (
    <Tooltip label={name}>
      <ActionIcon aria-label={name} onClick={() => clipboard.copy(text)}>
        {clipboard.copied ? <Check size={16} color="var(--hf-ok)" /> : <Copy size={16} />}
      </ActionIcon>
    </Tooltip>
  )
}
