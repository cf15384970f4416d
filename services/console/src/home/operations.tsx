import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { answer, api } from '../api/api.ts'
import { Time } from '../ui/time.tsx'
import { Panel } from './panel.tsx'
import { useHomeText } from './text.ts'

/** What operators have to look at. */
export function Operations() {
  const t = useHomeText()
  const letters = useQuery({
    queryKey: ['dead-letters', 'of-home'],
    queryFn: async () =>
      (await answer(api.GET('/api/v1/dead-letters', { params: { query: { status: 'open', limit: 5 } } })))
        .items,
  })
  const stuck = useQuery({
    queryKey: ['monitor', 'stuck'],
    queryFn: () => answer(api.GET('/api/v1/monitor/stuck')),
    select: ({ items }) => items.filter(({ clearedAt }) => clearedAt === null),
  })
  return (
    <>
      <Panel
        title={t('letters')}
        to="/operate/dead-letters"
        asked={letters}
        rowKey={({ id }) => id}
        row={({ id, app, topic, errorClass, open, lastSeenAt }) => (
          <>
            <Link to={`/operate/dead-letters/${id}`}>
              {app} · {topic} · {errorClass}
            </Link>
            <span>
              {t('messages', { count: open })} · <Time at={lastSeenAt} />
            </span>
          </>
        )}
      />
      <Panel
        title={t('stuck')}
        to="/operate/services"
        asked={stuck}
        rowKey={({ app, topic, since }) => `${app} ${topic} ${since}`}
        row={({ app, topic, since }) => (
          <>
            <span>
              {app} · {topic}
            </span>
            <Time at={since} />
          </>
        )}
      />
    </>
  )
}
