import { useInfiniteQuery } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useGeneralText } from '../text/general.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { Awaited, ProblemNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { deviceOf } from './device.ts'
import { useProfileText } from './text.ts'

const refresh = () => queries.invalidateQueries({ queryKey: ['sessions'] })

export function Component() {
  const general = useGeneralText()
  const t = useProfileText()
  const sessions = useInfiniteQuery({
    queryKey: ['sessions'],
    queryFn: ({ pageParam }) =>
      answer(api.GET('/api/v1/auth/sessions', { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
  if (!sessions.data) return <Awaited asked={sessions} />
  const all = sessions.data.pages.flatMap(({ items }) => items)
  return (
    <Section
      title={t('sessions')}
      actions={
        <ConfirmButton
          label={t('endOthers')}
          disabled={!all.some(({ current }) => !current)}
          act={async () => {
            await answer(api.POST('/api/v1/auth/sessions/end-others'))
            await refresh()
          }}
        >
          {t('endOthersEffect')}
        </ConfirmButton>
      }
    >
      <ul className={list.list}>
        {all.map((session) => (
          <li key={session.id}>
            <div className={list.what}>
              <span className={list.row}>
                <strong>{deviceOf(session.userAgent) ?? t('unknownDevice')}</strong>
                {session.current && <Badge tone="accent">{t('thisSession')}</Badge>}
              </span>
              <span className={list.more}>
                {session.address && <span>{session.address}</span>}
                <span>
                  {t('begun')} <Time at={session.createdAt} />
                </span>
                <span>
                  {t('lastUsed')} <Time at={session.lastUsedAt} />
                </span>
              </span>
            </div>
            {!session.current && (
              <ConfirmButton
                label={t('endSession')}
                title={deviceOf(session.userAgent) ?? t('unknownDevice')}
                act={async () => {
                  await answer(
                    api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id: session.id } } }),
                  )
                  await refresh()
                }}
              >
                {t('endSessionEffect')}
              </ConfirmButton>
            )}
          </li>
        ))}
      </ul>
      {sessions.error && <ProblemNotice error={sessions.error} onRetry={() => sessions.refetch()} />}
      {sessions.hasNextPage && (
        <Button onClick={() => sessions.fetchNextPage()}>{general('loadMore')}</Button>
      )}
    </Section>
  )
}
