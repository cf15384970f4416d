import { answer, api } from '../../api/api.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { Filters, SelectFilter, TextFilter } from '../parts/filters.tsx'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import partStyles from '../parts/parts.module.css'
import { Split } from '../parts/split.tsx'
import { Who } from '../parts/who.tsx'
import { useOperateText } from '../text.ts'
import { auditFilter, type Entry } from './entry.ts'
import { EntryPanel } from './entry-panel.tsx'
import { useAuditText } from './text.ts'
import { Verification } from './verification.tsx'

const filters = ['actor', 'action', 'resource', 'outcome', 'requestId', 'from', 'to']

/** Who did what to what, and whether they were allowed to. */
export function Component() {
  const t = useAuditText()
  const o = useOperateText()
  const may = useMay()
  const { get, set } = useAddress()
  const query = auditFilter(get)
  const entries = usePages<Entry>(['audit', 'list', query], (page) =>
    answer(api.GET('/api/v1/audit', { params: { query: { ...page, ...query } } })),
  )
  const exportOf = (format: string) =>
    `/api/v1/audit/export?${new URLSearchParams({ ...(query as Record<string, string>), format })}`
  const columns: Column<Entry>[] = [
    { key: 'at', title: o('time'), width: '120px', cell: ({ at }) => <Time at={at} /> },
    {
      key: 'outcome',
      title: t('outcome'),
      width: '90px',
      cell: ({ outcome }) => <Badge tone={outcome === 'allowed' ? 'good' : 'bad'}>{t(outcome)}</Badge>,
    },
    {
      key: 'action',
      title: t('what'),
      width: 'minmax(200px, 3fr)',
      cell: ({ action, summary }) => (
        <span title={action}>
          <strong>{summary}</strong> <span className={partStyles.quiet}>{action}</span>
        </span>
      ),
    },
    {
      key: 'actor',
      title: t('who'),
      width: '150px',
      cell: ({ actor }) => (actor === null ? t('nobody') : <Who id={actor.userId} />),
    },
    { key: 'service', title: o('service'), width: '110px', cell: ({ service }) => service },
  ]
  const selected = entries.rows.find(({ entryId }) => entryId === get('entry'))
  return (
    <Page
      full
      title={t('title')}
      actions={
        <>
          {may('operations:read') && <Verification />}
          <LinkButton to="/operate/audit/why">{t('whyLink')}</LinkButton>
          <a href={exportOf('csv')} download>
            {t('exportCsv')}
          </a>
          <a href={exportOf('ndjson')} download>
            {t('exportNdjson')}
          </a>
        </>
      }
      below={
        <div className={partStyles.stack}>
          <Filters names={filters}>
            <SelectFilter
              name="outcome"
              label={t('outcome')}
              options={[
                { value: '', label: o('any') },
                { value: 'allowed', label: t('allowed') },
                { value: 'denied', label: t('denied') },
              ]}
            />
            <TextFilter name="actor" label={t('whose')} />
            <TextFilter name="resource" label={t('resource')} />
            <TextFilter name="action" label={t('action')} />
            <TextFilter name="requestId" label={t('requestId')} />
            <TextFilter name="from" label={o('from')} type="datetime-local" />
            <TextFilter name="to" label={o('to')} type="datetime-local" />
          </Filters>
        </div>
      }
    >
      <Split
        list={
          <Listed
            error={entries.error}
            isPending={entries.isPending}
            isEmpty={entries.rows.length === 0}
            onRetry={entries.retry}
            emptyTitle={t('emptyTitle')}
            emptyWords={t('emptyWords')}
          >
            <DataTable
              label={t('title')}
              columns={columns}
              rows={entries.rows}
              rowKey={({ entryId }) => entryId}
              selected={selected?.entryId}
              onOpen={({ entryId }) => set({ entry: entryId })}
              onEnd={entries.onEnd}
            />
          </Listed>
        }
        detail={
          selected && (
            <EntryPanel
              key={selected.entryId}
              entry={selected}
              onFilter={(changes) => set(changes)}
              onClose={() => set({ entry: undefined })}
            />
          )
        }
      />
    </Page>
  )
}
