import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Awaited } from '../../ui/notice.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { Time } from '../../ui/time.tsx'
import { count, milliseconds } from '../parts/figures.ts'
import { LineChart } from '../parts/line-chart.tsx'
import partStyles from '../parts/parts.module.css'
import { SimpleTable } from '../parts/simple-table.tsx'
import { Aside } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import { byTrouble, historyOf, LOOK, type Service } from './monitor.ts'
import { useRange } from './range-filter.tsx'
import { useMonitorText } from './text.ts'

/** One service: its replicas, what its handlers do, and what can be done about them. */
export function ServicePanel({
  service,
  may,
  handler,
  onHandler,
  onAction,
  onClose,
}: {
  service: Service
  may: boolean
  /** Topic of the handler whose history is shown. */
  handler: string | undefined
  onHandler: (topic: string) => void
  onAction: (action: 'scale' | 'pause' | 'resume', topic?: string) => void
  onClose: () => void
}) {
  const t = useMonitorText()
  const o = useOperateText()
  useShortcut('s', t('scale'), may ? () => onAction('scale') : undefined)
  return (
    <Aside
      title={service.app}
      onClose={onClose}
      actions={
        may && (
          <Button shortcut="s" onClick={() => onAction('scale')}>
            {t('scale')}
          </Button>
        )
      }
    >
      <h3>{t('handlers')}</h3>
      <p className={partStyles.quiet}>{t('handlersWords')}</p>
      <SimpleTable
        label={t('handlers')}
        rows={service.handlers.toSorted(byTrouble)}
        rowKey={({ topic }) => topic}
        columns={[
          {
            title: o('topic'),
            cell: ({ topic, paused }) => (
              <>
                {topic} {paused && <Badge tone="warn">{t('resting')}</Badge>}
                <div className={partStyles.row}>
                  <Button kind="quiet" aria-pressed={topic === handler} onClick={() => onHandler(topic)}>
                    {t('showHistory')}
                  </Button>
                  {may && (
                    <Button kind="quiet" onClick={() => onAction(paused ? 'resume' : 'pause', topic)}>
                      {paused ? t('resume') : t('pause')}
                    </Button>
                  )}
                </div>
              </>
            ),
          },
          { title: t('handled'), isNumber: true, cell: ({ handled }) => count(handled) },
          { title: t('failed'), isNumber: true, cell: ({ failed }) => count(failed) },
          { title: t('inFlight'), isNumber: true, cell: ({ inFlight }) => inFlight },
          { title: t('p95'), isNumber: true, cell: ({ p95Ms }) => milliseconds(p95Ms) },
        ]}
      />
      {handler && <HandlerHistory app={service.app} topic={handler} />}
      <h3>{t('replicas')}</h3>
      <SimpleTable
        label={t('replicas')}
        rows={service.replicas}
        rowKey={({ id }) => id}
        columns={[
          { title: t('host'), cell: ({ host }) => host },
          { title: t('version'), cell: ({ version }) => version },
          { title: t('startedAt'), cell: ({ startedAt }) => <Time at={startedAt} /> },
          { title: t('seenAt'), cell: ({ seenAt }) => <Time at={seenAt} /> },
          { title: t('handled'), isNumber: true, cell: ({ handled }) => count(handled) },
        ]}
      />
      <ServiceHistory app={service.app} />
    </Aside>
  )
}

function HandlerHistory({ app, topic }: { app: string; topic: string }) {
  const t = useMonitorText()
  const range = useRange()
  const history = useQuery({
    queryKey: ['monitor', 'handler', app, topic, range],
    queryFn: () =>
      answer(
        api.GET('/api/v1/monitor/services/{app}/handlers/{topic}/history', {
          params: { path: { app, topic }, query: historyOf(range) },
        }),
      ),
    refetchInterval: LOOK * 3,
  })
  if (!history.data) return <Awaited asked={history} />
  const points = history.data.items
  if (points.length < 2) return <p>{t('noHistory')}</p>
  return (
    <LineChart
      title={`${t('handlerHistory')}: ${topic}`}
      unit={t('millisecondsUnit')}
      times={points.map(({ at }) => Date.parse(at))}
      series={[
        { name: t('p50'), values: points.map(({ p50Ms }) => p50Ms) },
        { name: t('p95'), values: points.map(({ p95Ms }) => p95Ms) },
      ]}
    />
  )
}

function ServiceHistory({ app }: { app: string }) {
  const t = useMonitorText()
  const range = useRange()
  const history = useQuery({
    queryKey: ['monitor', 'service', app, range],
    queryFn: () =>
      answer(
        api.GET('/api/v1/monitor/services/{app}/history', {
          params: { path: { app }, query: historyOf(range) },
        }),
      ),
    refetchInterval: LOOK * 3,
  })
  if (!history.data) return <Awaited asked={history} />
  const points = history.data.items
  if (points.length < 2) return <p>{t('noHistory')}</p>
  return (
    <LineChart
      title={t('serviceHistory')}
      unit={t('messagesUnit')}
      times={points.map(({ at }) => Date.parse(at))}
      series={[
        { name: t('outboxWaiting'), values: points.map(({ outboxWaiting }) => outboxWaiting) },
        { name: t('inboxParked'), values: points.map(({ inboxParked }) => inboxParked) },
        { name: t('replicas'), values: points.map(({ replicas }) => replicas) },
      ]}
    />
  )
}
