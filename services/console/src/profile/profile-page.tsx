import { NavLink, Outlet } from 'react-router'
import { useGeneralText } from '../text/general.ts'
import list from '../ui/list.module.css'
import { Page } from '../ui/page.tsx'
import { useProfileText } from './text.ts'

const tabs = [
  { to: '/profile', label: 'account' },
  { to: '/profile/second-factor', label: 'secondFactor' },
  { to: '/profile/sessions', label: 'sessions' },
  { to: '/profile/api-keys', label: 'apiKeys' },
  { to: '/profile/applications', label: 'applications' },
] as const

export function Component() {
  const general = useGeneralText()
  const t = useProfileText()
  return (
    <Page
      title={general('profile')}
      below={
        <nav className={list.tabs} aria-label={t('parts')}>
          {tabs.map(({ to, label }) => (
            <NavLink key={to} to={to} end>
              {t(label)}
            </NavLink>
          ))}
        </nav>
      }
    >
      <Outlet />
    </Page>
  )
}
