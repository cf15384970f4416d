import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { useNextPage } from '../ui/next-page.ts'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { useTyped } from '../ui/use-typed.ts'
import { NewTenantDialog } from './new-tenant-dialog.tsx'
import styles from './people-page.module.css'
import { TenantItem } from './tenant-item.tsx'
import { useAdminText } from './text.ts'

/** Tenants of the platform, for those who run it. */
export function Component() {
  const general = useGeneralText()
  const t = useAdminText()
  const [search, setSearch] = useSearchParams()
  const [isCreating, setCreating] = useState(false)
  const [typed, setTyped] = useTyped(search.get('q') ?? '', (q) =>
    setSearch(q ? { q } : {}, { replace: true }),
  )
  const wanted = typed.trim().toLocaleLowerCase()
  const tenants = useInfiniteQuery({
    queryKey: ['tenants'],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v1/tenants', {
          params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
  const onEnd = useNextPage(tenants)
  // The API lists and does not search: whoever looks for one needs the pages that follow too.
  useEffect(() => {
    if (wanted) onEnd?.()
  }, [wanted, onEnd])
  const found = (tenants.data?.pages.flatMap(({ items }) => items) ?? []).filter(({ name }) =>
    name.toLocaleLowerCase().includes(wanted),
  )
  return (
    <Page
      title={general('tenants')}
      actions={
        <Button kind="primary" onClick={() => setCreating(true)}>
          {t('newTenant')}
        </Button>
      }
      below={
        <div className={styles.search}>
          <TextField
            label={t('searchTenant')}
            type="search"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </div>
      }
    >
      <Section title={general('tenants')}>
        {tenants.error && <ProblemNotice error={tenants.error} onRetry={() => tenants.refetch()} />}
        {tenants.isPending && <Skeleton />}
        {tenants.data && found.length === 0 && !tenants.hasNextPage && (
          <Empty title={general('nothingFound')} />
        )}
        <ul className={list.list}>
          {found.map((tenant) => (
            <TenantItem key={tenant.id} tenant={tenant} />
          ))}
        </ul>
        {onEnd && <Button onClick={onEnd}>{general('loadMore')}</Button>}
      </Section>
      {isCreating && <NewTenantDialog onClose={() => setCreating(false)} />}
    </Page>
  )
}
