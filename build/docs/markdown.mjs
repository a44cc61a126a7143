// Small pieces of Markdown that the generated pages share.
export const generated = '<!-- Made by `npm run docs` from the code. Change the code, not this page. -->'

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')

export const table = (header, rows) =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

export const code = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``

export const page = (...parts) => `${parts.flat().join('\n\n')}\n`
