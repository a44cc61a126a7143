import { formatBytes, useLanguage } from '../../language/index.ts'

/** Bytes within a sentence. */
export function useSize(): (bytes: number) => string {
  const language = useLanguage()
  return (bytes) => {
    const { value, unit } = formatBytes(bytes, language)
    return `${value} ${unit}`
  }
}
