import { answer, api } from '../../api/api.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { Filters, TextFilter } from '../parts/filters.tsx'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { Split } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import { eventFilter, type StoredEvent } from './event.ts'
import { EventPanel } from './event-panel.tsx'
import { useEventsText } from './text.ts'

const filters = ['topic', 'type', 'stream', 'source', 'correlationId', 'text', 'from', 'to']

/** What has happened, newest first. */
export function Component() {
  const t = useEventsText()
  const o = useOperateText()
  const { get, set } = useAddress()
  const may = useMay()('operations:write')
  const query = eventFilter(get)
  const events = usePages<StoredEvent>(['events', 'list', query], (page) =>
    answer(api.GET('/api/v1/events', { params: { query: { ...page, ...query } } })),
  )
  const columns: Column<StoredEvent>[] = [
    { key: 'time', title: o('time'), width: '130px', cell: ({ time }) => <Time at={time} /> },
    {
      key: 'topic',
      title: o('topic'),
      width: 'minmax(190px, 2fr)',
      cell: ({ topic, muted }) => (
        <>
          <strong>{topic}</strong>{' '}
          {muted && (
            <span title={t('mutedWhy')}>
              <Badge>{t('muted')}</Badge>
            </span>
          )}
        </>
      ),
    },
    {
      key: 'stream',
      title: t('subject'),
      width: 'minmax(150px, 2fr)',
      cell: ({ stream }) => <code>{stream}</code>,
    },
    {
      key: 'position',
      title: t('position'),
      width: '100px',
      isNumber: true,
      cell: ({ streamPosition }) => t('nth', { position: streamPosition }),
    },
    { key: 'source', title: t('source'), width: '130px', cell: ({ source }) => source },
  ]
  const selected = get('event')
  const { from, to, topic, stream } = query
  const wanted = new URLSearchParams(
    Object.entries({ from, to, topics: topic, stream }).flatMap(([name, value]) =>
      value ? [[name, value]] : [],
    ),
  )
  return (
    <Page
      full
      title={t('title')}
      actions={may && <LinkButton to={`/operate/replays/new?${wanted}`}>{t('replay')}</LinkButton>}
      below={
        <Filters names={filters}>
          <TextFilter name="topic" label={o('topic')} />
          <TextFilter name="stream" label={t('subject')} />
          <TextFilter name="type" label={t('type')} />
          <TextFilter name="source" label={t('source')} />
          <TextFilter name="correlationId" label={t('correlation')} />
          <TextFilter name="text" label={t('text')} />
          <TextFilter name="from" label={o('from')} type="datetime-local" />
          <TextFilter name="to" label={o('to')} type="datetime-local" />
        </Filters>
      }
    >
      <Split
        list={
          <Listed
            error={events.error}
            isPending={events.isPending}
            isEmpty={events.rows.length === 0}
            onRetry={events.retry}
            emptyTitle={t('emptyTitle')}
            emptyWords={Object.keys(query).length > 0 ? t('emptyFiltered') : t('emptyWords')}
          >
            <DataTable
              label={t('title')}
              columns={columns}
              rows={events.rows}
              rowKey={({ id, source }) => source + id}
              selected={events.rows
                .filter(({ id }) => id === selected)
                .map(({ id, source }) => source + id)
                .at(0)}
              onOpen={({ id }) => set({ event: id })}
              onEnd={events.onEnd}
            />
          </Listed>
        }
        detail={
          selected && <EventPanel key={selected} id={selected} onClose={() => set({ event: undefined })} />
        }
      />
    </Page>
  )
}
