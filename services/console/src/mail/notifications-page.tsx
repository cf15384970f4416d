import { useInfiniteQuery } from '@tanstack/react-query'
import { answer, api, type Schema } from '../api/api.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { useNextPage } from '../ui/next-page.ts'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { useMailText } from './text.ts'

const tones: Record<Schema<'Notification'>['status'], Tone> = {
  queued: 'plain',
  sending: 'plain',
  sent: 'good',
  retried: 'warn',
  failed: 'bad',
}

/** What was written to whoever is signed in. */
export function Component() {
  const t = useMailText()
  const all = useInfiniteQuery({
    queryKey: ['notifications'],
    queryFn: ({ pageParam }) =>
      answer(api.GET('/api/v1/notifications', { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
  const onEnd = useNextPage(all)
  const rows = all.data?.pages.flatMap(({ items }) => items) ?? []
  const columns: Column<Schema<'Notification'>>[] = [
    { key: 'subject', title: t('subject'), cell: ({ subject, template }) => subject ?? template },
    { key: 'to', title: t('to'), cell: ({ email }) => email },
    {
      key: 'status',
      title: t('status'),
      width: '140px',
      cell: ({ status }) => <Badge tone={tones[status]}>{t(status)}</Badge>,
    },
    { key: 'at', title: t('received'), width: '130px', cell: ({ createdAt }) => <Time at={createdAt} /> },
  ]
  return (
    <Page title={t('notifications')} full>
      {all.error && <ProblemNotice error={all.error} onRetry={() => all.refetch()} />}
      {all.isPending && <Skeleton />}
      {all.data && rows.length === 0 && <Empty title={t('noNotifications')}>{t('noNotificationsWhy')}</Empty>}
      {rows.length > 0 && (
        <DataTable
          label={t('notifications')}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          onEnd={onEnd}
        />
      )}
    </Page>
  )
}
