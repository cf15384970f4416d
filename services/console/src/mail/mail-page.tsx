import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import { answer, api, type Schema } from '../api/api.ts'
import { Problem } from '../api/problem.ts'
import { useGeneralText } from '../text/general.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/field.tsx'
import { useNextPage } from '../ui/next-page.ts'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { Time } from '../ui/time.tsx'
import styles from './mail-page.module.css'
import { MailView } from './mail-view.tsx'
import { useMailText } from './text.ts'

/** What the platform would have sent, where it is set up to keep mail instead. */
export function Component() {
  const general = useGeneralText()
  const t = useMailText()
  const [search, setSearch] = useSearchParams()
  const to = search.get('to') ?? ''
  // Taken whole: half an address is none to the platform.
  const [typed, setTyped] = useState(to)
  useEffect(() => setTyped(to), [to])
  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value)
        else before.delete(name)
        return before
      },
      { replace: true },
    )
  const mails = useInfiniteQuery({
    queryKey: ['caught-mails', to],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v1/notifications/caught', {
          params: { query: { ...(pageParam ? { cursor: pageParam } : {}), ...(to ? { to } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: 10_000,
  })
  const onEnd = useNextPage(mails)
  const rows = mails.data?.pages.flatMap(({ items }) => items) ?? []
  const at = rows.findIndex(({ id }) => id === search.get('mail'))
  const chosen = rows[at]
  const go = (step: number) => {
    const goal = rows[Math.max(0, Math.min(rows.length - 1, at + step))]
    if (goal) set('mail', goal.id)
  }
  useShortcut('j', t('next'), rows.length > 0 ? () => go(1) : undefined, { repeats: true })
  useShortcut('k', t('previous'), rows.length > 0 ? () => go(-1) : undefined, { repeats: true })

  const columns: Column<Schema<'CaughtMail'>>[] = [
    { key: 'subject', title: t('subject'), cell: ({ subject }) => subject },
    { key: 'to', title: t('to'), cell: (mail) => mail.to.join(', ') },
    {
      key: 'received',
      title: t('received'),
      width: '110px',
      cell: ({ receivedAt }) => <Time at={receivedAt} />,
    },
  ]
  const isNotThere = mails.error instanceof Problem && mails.error.status === 404
  return (
    <Page
      title={general('mail')}
      full
      below={
        <form
          role="search"
          className={styles.filter}
          onSubmit={(event) => {
            event.preventDefault()
            set('to', typed.trim())
          }}
        >
          <TextField
            label={t('onlyTo')}
            type="email"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            onBlur={() => typed.trim() !== to && set('to', typed.trim())}
          />
        </form>
      }
    >
      {isNotThere && <Empty title={t('notThere')}>{t('notThereWhy')}</Empty>}
      {mails.error && !isNotThere && <ProblemNotice error={mails.error} onRetry={() => mails.refetch()} />}
      {mails.isPending && <Skeleton />}
      {mails.data && rows.length === 0 && <Empty title={t('none')}>{t('noneWhy')}</Empty>}
      {rows.length > 0 && (
        <div className={styles.halves}>
          <DataTable
            label={t('list')}
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            selected={chosen?.id}
            follows
            onOpen={({ id }) => set('mail', id)}
            onEnd={onEnd}
          />
          {chosen ? (
            <MailView
              key={chosen.id}
              mail={chosen}
              isHtml={search.get('as') === 'html'}
              onForm={(isHtml) => set('as', isHtml ? 'html' : '')}
            />
          ) : (
            <Empty title={t('choose')} />
          )}
        </div>
      )}
    </Page>
  )
}
