import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Check, Copy } from 'lucide-react'
import { useUiTexts } from './texts.ts'

/** Copies `text`, which is made when it is wanted; `label` says what that is, for those who do not see the place. */
export function CopyButton({ text, label, small = false }: { text: string | (() => string); label?: string; small?: boolean }) {
  const t = useUiTexts()
  const clipboard = useClipboard({ timeout: 1500 })
  const name = clipboard.copied ? t('copied') : (label ?? t('copy'))
  return (
    <Tooltip label={name}>
      <ActionIcon
        aria-label={name}
        {...(small ? { size: 20 } : {})}
        onClick={() => clipboard.copy(typeof text === 'string' ? text : text())}
      >
        {clipboard.copied ? <Check size={small ? 14 : 16} color="var(--hf-ok)" /> : <Copy size={small ? 14 : 16} />}
      </ActionIcon>
    </Tooltip>
  )
}
