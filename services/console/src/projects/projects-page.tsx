import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { useMay } from '../session/session.ts'
import { Button } from '../ui/button.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { useNextPage } from '../ui/next-page.ts'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { Time } from '../ui/time.tsx'
import { NewProjectDialog } from './new-project-dialog.tsx'
import { type Project, projectsQuery } from './project.ts'
import { useProjectText } from './text.ts'

export function Component() {
  const t = useProjectText()
  const may = useMay()
  const navigate = useNavigate()
  const [query, setQuery] = useSearchParams()
  const list = useInfiniteQuery(projectsQuery)
  const onEnd = useNextPage(list)
  const rows = list.data?.pages.flatMap(({ items }) => items)
  const create = may('projects:write') ? () => setQuery({ new: 'true' }) : undefined
  useShortcut('c', t('newProject'), create)
  const button = create && (
    <Button kind="primary" shortcut="c" onClick={create}>
      {t('newProject')}
    </Button>
  )
  const columns: Column<Project>[] = [
    {
      key: 'name',
      title: t('name'),
      width: 'minmax(110px, 2fr)',
      cell: ({ name }) => <strong>{name}</strong>,
    },
    {
      key: 'description',
      title: t('description'),
      width: 'minmax(60px, 3fr)',
      cell: (row) => row.description,
    },
    { key: 'language', title: t('language'), width: '70px', cell: (row) => row.language },
    { key: 'role', title: t('role'), width: '80px', cell: ({ role }) => t(role) },
    { key: 'created', title: t('created'), width: '120px', cell: (row) => <Time at={row.createdAt} /> },
  ]
  return (
    <Page title={t('projects')} actions={button} full>
      {list.error && <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />}
      {!rows && !list.error && <Skeleton lines={8} />}
      {rows?.length === 0 && (
        <Empty title={t('noProjects')}>
          <p>{t('noProjectsWhy')}</p>
        </Empty>
      )}
      {rows && rows.length > 0 && (
        <DataTable
          label={t('projects')}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          onOpen={({ id }) => navigate(`/projects/${id}`)}
          onEnd={onEnd}
        />
      )}
      {query.get('new') === 'true' && create && (
        <NewProjectDialog onClose={() => setQuery({}, { replace: true })} />
      )}
    </Page>
  )
}
