import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { answer, api, type Schema } from '../api/api.ts'
import { useWords } from '../permissions/text.ts'
import { useGeneralText } from '../text/general.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/field.tsx'
import { useNextPage } from '../ui/next-page.ts'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { useTyped } from '../ui/use-typed.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { NewServiceDialog } from './new-service-dialog.tsx'
import styles from './people-page.module.css'
import { StateBadge } from './state-badge.tsx'
import { useAdminText } from './text.ts'

type Person = Schema<'ManagedUser'>

export function Component() {
  const general = useGeneralText()
  const t = useAdminText()
  const words = useWords()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const [isCreating, setCreating] = useState(false)
  const [isInviting, setInviting] = useState(false)
  const [typed, setTyped] = useTyped(search.get('q') ?? '', (q) =>
    setSearch(q ? { q } : {}, { replace: true }),
  )
  const wanted = typed.trim().toLocaleLowerCase()
  const people = useInfiniteQuery({
    queryKey: ['users'],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v1/users', {
          params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
  const onEnd = useNextPage(people)
  const rows = (people.data?.pages.flatMap(({ items }) => items) ?? []).filter(({ name, email }) =>
    `${name} ${email}`.toLocaleLowerCase().includes(wanted),
  )
  // The API lists and does not search: whoever looks for somebody needs the pages that follow too.
  useEffect(() => {
    if (wanted) onEnd?.()
  }, [wanted, onEnd])

  const columns: Column<Person>[] = [
    { key: 'name', title: t('name'), cell: ({ name }) => name },
    {
      key: 'email',
      title: t('email'),
      cell: (person) => (person.kind === 'service' ? <Badge>{t('service')}</Badge> : person.email),
    },
    { key: 'roles', title: t('roles'), cell: ({ roles }) => roles.map(words.role).join(', ') },
    { key: 'state', title: t('state'), width: '130px', cell: (person) => <StateBadge person={person} /> },
    { key: 'since', title: t('since'), width: '120px', cell: ({ createdAt }) => <Time at={createdAt} /> },
  ]
  return (
    <Page
      title={general('people')}
      full
      actions={
        <>
          <Button kind="primary" onClick={() => setInviting(true)}>
            {t('invite')}
          </Button>
          <Button onClick={() => setCreating(true)}>{t('newService')}</Button>
        </>
      }
      below={
        <div className={styles.search}>
          <TextField
            label={t('search')}
            type="search"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </div>
      }
    >
      {people.error && <ProblemNotice error={people.error} onRetry={() => people.refetch()} />}
      {people.isPending && <Skeleton />}
      {people.data && rows.length === 0 && !people.hasNextPage && <Empty title={general('nothingFound')} />}
      {rows.length > 0 && (
        <DataTable
          label={general('people')}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          onOpen={({ id }) => navigate(`/admin/people/${id}`)}
          onEnd={onEnd}
        />
      )}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
      {isCreating && <NewServiceDialog onClose={() => setCreating(false)} />}
    </Page>
  )
}
