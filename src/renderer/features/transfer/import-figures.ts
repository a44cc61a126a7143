import { formatBytes, formatDuration, formatNumber, useLanguage } from '../../language/index.ts'
import { useTransferTexts } from './texts.ts'
import type { ImportTask } from './transfer-store.ts'

/** A rate says something only after a moment. */
const settleSeconds = 1

/** How far an import is, in words and as a fraction. */
export function useImportFigures({ file, figures, startedAtMs }: ImportTask): { fraction: number; done: string; speed: string } {
  const t = useTransferTexts()
  const language = useLanguage()
  const n = (count: number) => formatNumber(count, language)
  const size = (bytes: number) => Object.values(formatBytes(bytes, language)).join(' ')
  const seconds = (Date.now() - startedAtMs) / 1000
  const bytesPerSecond = figures.readBytes / Math.max(seconds, 0.001)
  const speed =
    seconds < settleSeconds || figures.readBytes === 0
      ? ''
      : [
          t('import.rate', { rate: n(Math.round(figures.items / seconds)), size: size(bytesPerSecond) }),
          t('import.left', { time: formatDuration((file.size - figures.readBytes) / bytesPerSecond, language) }),
        ].join(' · ')
  const done = t('import.figures', {
    items: n(figures.items),
    failed: n(figures.failed),
    done: size(figures.readBytes),
    total: size(file.size),
  })
  return { fraction: file.size === 0 ? 0 : figures.readBytes / file.size, done, speed }
}
