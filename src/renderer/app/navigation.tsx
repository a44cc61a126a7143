import { Tooltip } from '@mantine/core'
import { Link, useLocation } from 'wouter'
import classes from './frame.module.css'
import { pages } from './pages.ts'
import { useAppTexts } from './texts.ts'

export function Navigation() {
  const t = useAppTexts()
  const [location] = useLocation()
  return (
    <nav className={classes.nav} aria-label={t('navigation')} data-region>
      <div className={classes.brand}>
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <rect width="16" height="16" rx="3" fill="var(--hf-accent-fill)" />
          <path d="M4.5 3.5v9M11.5 3.5v9M4.5 8h7" stroke="#fff" strokeWidth="2" fill="none" />
        </svg>
        <span className={classes.brandName}>Holdfast</span>
      </div>
      <ul className={classes.links}>
        {pages.map(({ id, path, key, icon: Icon }) => {
          const current = path === '/' ? location === '/' : location.startsWith(path)
          return (
            <li key={id}>
              <Tooltip label={`${t(`page.${id}`)} · g ${key}`} position="right">
                <Link href={path} className={classes.link} aria-current={current ? 'page' : undefined}>
                  <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
                  <span className={classes.linkName}>{t(`page.${id}`)}</span>
                </Link>
              </Tooltip>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
