import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts } from '../parts/facts.tsx'
import { count, duration } from '../parts/figures.ts'
import { Filters, TextFilter } from '../parts/filters.tsx'
import { LineChart } from '../parts/line-chart.tsx'
import { Listed } from '../parts/list.tsx'
import partStyles from '../parts/parts.module.css'
import { Aside, Split } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import { historyOf, LOOK, type Queue, queuesQuery, ratesOf } from './monitor.ts'
import { RangeFilter, useRange } from './range-filter.tsx'
import { StuckHandlers } from './stuck-handlers.tsx'
import { useMonitorText } from './text.ts'

const tones = { idle: 'plain', working: 'good', paused: 'accent', no_consumer: 'bad', stuck: 'bad' } as const
/** What is wrong stands first, then what is deep. */
const order = { stuck: 0, no_consumer: 1, paused: 2, working: 3, idle: 4 } as const

export function Component() {
  const t = useMonitorText()
  const o = useOperateText()
  const { get, set } = useAddress()
  const queues = useQuery(queuesQuery)
  const name = get('name')?.toLowerCase()
  const rows = useMemo(
    () =>
      (queues.data?.items ?? [])
        .filter((queue) => !name || queue.name.toLowerCase().includes(name))
        .sort((one, other) => order[one.state] - order[other.state] || other.ready - one.ready),
    [queues.data, name],
  )
  const selected = rows.find((queue) => queue.name === get('queue'))
  const columns: Column<Queue>[] = [
    { key: 'name', title: t('queue'), width: 'minmax(200px, 3fr)', cell: (queue) => queue.name },
    {
      key: 'state',
      title: o('state'),
      width: '130px',
      cell: ({ state }) => <Badge tone={tones[state]}>{t(`queue_${state}`)}</Badge>,
    },
    { key: 'ready', title: t('ready'), width: '80px', isNumber: true, cell: ({ ready }) => count(ready) },
    {
      key: 'in-hand',
      title: t('unacknowledged'),
      width: '80px',
      isNumber: true,
      cell: ({ unacknowledged }) => (unacknowledged === null ? '–' : count(unacknowledged)),
    },
    {
      key: 'consumers',
      title: t('consumers'),
      width: '100px',
      isNumber: true,
      cell: ({ consumers }) => consumers,
    },
    {
      key: 'oldest',
      title: t('oldest'),
      width: '100px',
      isNumber: true,
      cell: ({ oldestSeconds }) => duration(oldestSeconds),
    },
    {
      key: 'drain',
      title: t('drain'),
      width: '120px',
      isNumber: true,
      cell: (queue) => drainOf(queue) ?? t('never'),
    },
  ]
  return (
    <Page
      full
      title={t('queues')}
      below={
        <div className={partStyles.stack}>
          <StuckHandlers />
          <Filters names={['name', 'range']}>
            <TextFilter name="name" label={t('name')} />
            <RangeFilter />
          </Filters>
        </div>
      }
    >
      <Split
        list={
          <Listed
            error={queues.error}
            isPending={queues.isPending}
            isEmpty={rows.length === 0}
            onRetry={() => void queues.refetch()}
            emptyTitle={name ? t('noneFits') : t('noQueues')}
            emptyWords={name ? t('noneFitsWords') : t('noQueuesWords')}
          >
            <DataTable
              label={t('queues')}
              columns={columns}
              rows={rows}
              rowKey={(queue) => queue.name}
              selected={selected?.name}
              onOpen={(queue) => set({ queue: queue.name })}
            />
          </Listed>
        }
        detail={selected && <QueuePanel queue={selected} onClose={() => set({ queue: undefined })} />}
      />
    </Page>
  )
}

/** Undefined when it does not shrink. */
const drainOf = ({ ready, secondsToDrain }: Queue): string | undefined =>
  ready === 0 ? '–' : secondsToDrain === null ? undefined : duration(secondsToDrain)

function QueuePanel({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useMonitorText()
  const o = useOperateText()
  const range = useRange()
  const history = useQuery({
    queryKey: ['monitor', 'queue', queue.name, range],
    queryFn: () =>
      answer(
        api.GET('/api/v1/monitor/queues/{name}/history', {
          params: { path: { name: queue.name }, query: historyOf(range) },
        }),
      ),
    refetchInterval: LOOK * 3,
  })
  const points = history.data?.items ?? []
  const times = points.map(({ at }) => Date.parse(at))
  return (
    <Aside title={queue.name} onClose={onClose}>
      <Facts
        of={[
          [
            o('state'),
            <Badge key="state" tone={tones[queue.state]}>
              {t(`queue_${queue.state}`)}
            </Badge>,
          ],
          [
            o('service'),
            <Link key="service" to={`/operate/services?service=${queue.app}`}>
              {queue.app}
            </Link>,
          ],
          [o('topic'), queue.topic],
          [t('ready'), count(queue.ready)],
          [t('unacknowledged'), queue.unacknowledged === null ? '–' : count(queue.unacknowledged)],
          [t('consumers'), queue.consumers],
          [t('oldest'), duration(queue.oldestSeconds)],
          [t('drain'), drainOf(queue) ?? t('never')],
          [t('rateIn'), queue.publishRate?.toFixed(2) ?? '–'],
          [t('rateOut'), queue.acknowledgeRate?.toFixed(2) ?? '–'],
          [t('sampled'), queue.sampledAt && <Time at={queue.sampledAt} />],
        ]}
      />
      {history.error && <ProblemNotice error={history.error} />}
      {history.isPending && <Skeleton lines={6} />}
      {history.data && points.length < 2 && <Notice>{t('noHistory')}</Notice>}
      {points.length > 1 && (
        <>
          <LineChart
            title={t('depth')}
            unit={t('messagesUnit')}
            times={times}
            series={[
              { name: t('ready'), values: points.map(({ ready }) => ready) },
              { name: t('unacknowledged'), values: points.map(({ unacknowledged }) => unacknowledged) },
            ]}
          />
          <LineChart
            title={t('flow')}
            unit={t('flowUnit')}
            times={times}
            series={[
              {
                name: t('published'),
                values: ratesOf(points.map(({ at, published }) => ({ at, total: published }))),
              },
              {
                name: t('acknowledged'),
                values: ratesOf(points.map(({ at, acknowledged }) => ({ at, total: acknowledged }))),
              },
            ]}
          />
          <LineChart
            title={t('consumers')}
            unit=""
            times={times}
            series={[{ name: t('consumers'), values: points.map(({ consumers }) => consumers) }]}
          />
        </>
      )}
    </Aside>
  )
}
