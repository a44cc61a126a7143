import type { PanelData } from './panels.ts'

/** A chart as it is drawn, with its title. */
export interface Picture {
  readonly title: string
  readonly canvas: HTMLCanvasElement
}

/** All charts below each other on the colour of the page, with their titles and the names of their lines. */
export async function pictureOf(pictures: readonly Picture[], note: string): Promise<Blob> {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const scale = devicePixelRatio
  const [margin, line] = [16 * scale, 24 * scale]
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(...pictures.map((picture) => picture.canvas.width)) + 2 * margin
  canvas.height = pictures.reduce((sum, picture) => sum + picture.canvas.height + 2 * line, line) + margin
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.fillStyle = colour('--hf-surface')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = colour('--hf-text')
  let y = margin
  for (const picture of pictures) {
    context.font = `600 ${13 * scale}px ${colour('--hf-sans')}`
    context.fillText(picture.title, margin, y + 12 * scale)
    context.drawImage(picture.canvas, margin, y + line)
    y += line * 2 + picture.canvas.height
  }
  context.font = `${11 * scale}px ${colour('--hf-sans')}`
  context.fillText(note, margin, y)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png'),
  )
}

/** RFC 4180: one row a point, three columns a series; empty where nothing was measured. Charts with other times have rows of their own. */
export function csvOf(parts: readonly PanelData[]): string {
  const header = ['time', ...parts.flatMap(({ names }) => names.flatMap((name) => [name, `${name}_min`, `${name}_max`]))]
  const byTime = new Map<number, string[]>()
  let column = 1
  for (const { names, times, means, least, greatest } of parts) {
    times.forEach((seconds, place) => {
      const row = byTime.get(seconds) ?? Array.from<string>({ length: header.length }).fill('')
      row[0] = new Date(seconds * 1000).toISOString()
      names.forEach((_, index) => {
        const values = [means[index]?.[place], least[index]?.[place], greatest[index]?.[place]]
        values.forEach((value, part) => {
          row[column + index * 3 + part] = value === null || value === undefined ? '' : String(value)
        })
      })
      byTime.set(seconds, row)
    })
    column += names.length * 3
  }
  const rows = [...byTime].sort(([one], [other]) => one - other).map(([, row]) => row.join(','))
  return `${[header.join(','), ...rows].join('\r\n')}\r\n`
}
