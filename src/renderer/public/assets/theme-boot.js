// Runs before the first paint, so that the chosen theme and language never flash in. The content policy allows no inline script.
;(() => {
  let chosen = null
  let language = null
  try {
    chosen = localStorage.getItem('holdfast.theme')
    language = localStorage.getItem('holdfast.language')
  } catch {
    // Storage may be switched off: then the system's theme and language are used.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  if (language) document.documentElement.lang = language
})()
