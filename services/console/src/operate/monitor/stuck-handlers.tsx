import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Time } from '../../ui/time.tsx'
import { milliseconds } from '../parts/figures.ts'
import { LOOK } from './monitor.ts'
import { useMonitorText } from './text.ts'

/** Handlers that have something in hand and finish nothing; nothing where all is well. */
export function StuckHandlers() {
  const t = useMonitorText()
  const stuck = useQuery({
    queryKey: ['monitor', 'stuck'],
    queryFn: () => answer(api.GET('/api/v1/monitor/stuck')),
    refetchInterval: LOOK,
  })
  const items = stuck.data?.items ?? []
  if (items.length === 0) return null
  const isBad = items.some(({ clearedAt }) => clearedAt === null)
  return (
    <Notice kind={isBad ? 'bad' : 'info'}>
      <strong>{isBad ? t('stuckTitle') : t('stuckOver')}</strong>
      {items.map(({ app, topic, since, clearedAt, p95Ms }) => (
        <span key={app + topic + since}>
          <Link to={`/operate/services?service=${app}`}>
            {app} / {topic}
          </Link>{' '}
          <Badge tone={clearedAt === null ? 'bad' : 'plain'}>
            {clearedAt === null ? t('stuckNow') : t('stuckWas')}
          </Badge>{' '}
          {t('stuckSince')} <Time at={since} />
          {clearedAt !== null && (
            <>
              {', '}
              {t('stuckUntil')} <Time at={clearedAt} />
            </>
          )}
          {', '}
          {t('usual')} {milliseconds(p95Ms)}
        </span>
      ))}
    </Notice>
  )
}
