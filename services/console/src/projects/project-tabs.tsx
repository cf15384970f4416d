import { Link, useLocation } from 'react-router'
import styles from './project.module.css'
import type { Project } from './project.ts'
import { useProjectText } from './text.ts'

/** From one page of a project to the others. */
export function ProjectTabs({ project: { id } }: { project: Pick<Project, 'id'> }) {
  const t = useProjectText()
  const { search, pathname } = useLocation()
  const isTrash = new URLSearchParams(search).get('trashed') === 'true'
  const isIntake = pathname === `/projects/${id}`
  const link = (to: string, label: string, isCurrent: boolean) => (
    <Link key={to} to={to} className={styles.tab} aria-current={isCurrent ? 'page' : undefined}>
      {label}
    </Link>
  )
  return (
    <nav className={styles.tabs} aria-label={t('projects')}>
      {link(`/projects/${id}`, t('items'), isIntake && !isTrash)}
      {link(`/projects/${id}?trashed=true`, t('trash'), isIntake && isTrash)}
      {link(`/projects/${id}/members`, t('members'), pathname.endsWith('/members'))}
      {link(`/projects/${id}/settings`, t('settings'), pathname.endsWith('/settings'))}
    </nav>
  )
}
