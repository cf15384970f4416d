import { useQuery } from '@tanstack/react-query'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { useAddress } from '../parts/address.ts'
import { count, milliseconds } from '../parts/figures.ts'
import { Filters } from '../parts/filters.tsx'
import { Listed } from '../parts/list.tsx'
import { Split } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import { HandlerDialog } from './handler-dialog.tsx'
import { type Service, servicesQuery } from './monitor.ts'
import { RangeFilter } from './range-filter.tsx'
import { ScaleDialog } from './scale-dialog.tsx'
import { ServicePanel } from './service-panel.tsx'
import { useMonitorText } from './text.ts'

const sum = (service: Service, of: 'handled' | 'failed' | 'inFlight'): number =>
  service.handlers.reduce((all, handler) => all + handler[of], 0)
const slowest = (service: Service): number | null =>
  service.handlers.reduce<number | null>(
    (most, { p95Ms }) => (p95Ms === null ? most : Math.max(most ?? 0, p95Ms)),
    null,
  )

/** Services with their replicas and handlers, asked as long as one looks. */
export function Component() {
  const t = useMonitorText()
  const o = useOperateText()
  const { get, set } = useAddress()
  const may = useMay()('operations:write')
  const services = useQuery(servicesQuery)
  const rows = services.data?.items ?? []
  const selected = rows.find(({ app }) => app === get('service'))
  const columns: Column<Service>[] = [
    {
      key: 'app',
      title: o('service'),
      width: 'minmax(130px, 2fr)',
      cell: ({ app }) => <strong>{app}</strong>,
    },
    {
      key: 'state',
      title: o('state'),
      width: '140px',
      cell: ({ alive }) => <Badge tone={alive ? 'good' : 'bad'}>{alive ? t('alive') : t('away')}</Badge>,
    },
    {
      key: 'replicas',
      title: t('replicas'),
      width: '80px',
      isNumber: true,
      cell: ({ replicas }) => replicas.length,
    },
    {
      key: 'handled',
      title: t('handled'),
      width: '90px',
      isNumber: true,
      cell: (service) => count(sum(service, 'handled')),
    },
    {
      key: 'failed',
      title: t('failed'),
      width: '80px',
      isNumber: true,
      cell: (service) => count(sum(service, 'failed')),
    },
    {
      key: 'in-hand',
      title: t('inFlight'),
      width: '80px',
      isNumber: true,
      cell: (service) => count(sum(service, 'inFlight')),
    },
    {
      key: 'p95',
      title: t('p95'),
      width: '90px',
      isNumber: true,
      cell: (service) => milliseconds(slowest(service)),
    },
    {
      key: 'paused',
      title: t('restingCount'),
      width: '80px',
      isNumber: true,
      cell: ({ handlers }) => handlers.filter(({ paused }) => paused).length || '–',
    },
  ]
  const handler = selected?.handlers.find(({ topic }) => topic === get('handler'))
  const action = may ? get('action') : undefined
  const close = () => set({ action: undefined })
  return (
    <Page
      full
      title={t('services')}
      below={
        <Filters names={['range']}>
          <RangeFilter />
        </Filters>
      }
    >
      <Split
        list={
          <Listed
            error={services.error}
            isPending={services.isPending}
            isEmpty={rows.length === 0}
            onRetry={() => void services.refetch()}
            emptyTitle={t('noServices')}
          >
            <DataTable
              label={t('services')}
              columns={columns}
              rows={rows}
              rowKey={({ app }) => app}
              selected={selected?.app}
              onOpen={({ app }) => set({ service: app, handler: undefined })}
            />
          </Listed>
        }
        detail={
          selected && (
            <ServicePanel
              key={selected.app}
              service={selected}
              may={may}
              handler={handler?.topic}
              onHandler={(topic) => set({ handler: topic })}
              onAction={(wanted, topic) => set({ action: wanted, ...(topic ? { handler: topic } : {}) })}
              onClose={() => set({ service: undefined, handler: undefined })}
            />
          )
        }
      />
      {selected && action === 'scale' && <ScaleDialog service={selected} onClose={close} />}
      {selected && handler && (action === 'pause' || action === 'resume') && (
        <HandlerDialog
          key={action}
          action={action}
          app={selected.app}
          topic={handler.topic}
          onClose={close}
        />
      )}
    </Page>
  )
}
