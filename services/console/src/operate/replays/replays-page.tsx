import { useNavigate } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { Time } from '../../ui/time.tsx'
import { count } from '../parts/figures.ts'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import { type Replay, replayTones } from './replay.ts'
import { useReplaysText } from './text.ts'

export function Component() {
  const t = useReplaysText()
  const o = useOperateText()
  const navigate = useNavigate()
  const may = useMay()('operations:write')
  const replays = usePages<Replay>(['replays', 'list'], (query) =>
    answer(api.GET('/api/v1/events/replays', { params: { query } })),
  )
  useShortcut('n', t('newReplay'), may ? () => navigate('/operate/replays/new') : undefined)
  const columns: Column<Replay>[] = [
    {
      key: 'consumer',
      title: t('consumer'),
      width: 'minmax(120px, 1fr)',
      cell: ({ consumer }) => <strong>{consumer}</strong>,
    },
    {
      key: 'state',
      title: o('state'),
      width: '150px',
      cell: ({ state }) => <Badge tone={replayTones[state]}>{t(`state_${state}`)}</Badge>,
    },
    { key: 'sent', title: t('sent'), width: '80px', isNumber: true, cell: ({ sent }) => count(sent) },
    {
      key: 'total',
      title: t('total'),
      width: '90px',
      isNumber: true,
      cell: ({ total }) => (total === null ? '–' : count(total)),
    },
    { key: 'failed', title: t('failed'), width: '70px', isNumber: true, cell: ({ failed }) => count(failed) },
    {
      key: 'effects',
      title: t('effects'),
      width: '160px',
      cell: ({ effects }) => <Badge tone={effects === 'live' ? 'warn' : 'plain'}>{t(effects)}</Badge>,
    },
    { key: 'created', title: t('created'), width: '120px', cell: ({ createdAt }) => <Time at={createdAt} /> },
  ]
  return (
    <Page
      full
      title={t('title')}
      actions={
        <>
          <LinkButton to="/operate/read-models">{t('readModels')}</LinkButton>
          {may && (
            <LinkButton kind="primary" to="/operate/replays/new">
              {t('newReplay')}
            </LinkButton>
          )}
        </>
      }
    >
      <Listed
        error={replays.error}
        isPending={replays.isPending}
        isEmpty={replays.rows.length === 0}
        onRetry={replays.retry}
        emptyTitle={t('emptyTitle')}
        emptyWords={t('emptyWords')}
      >
        <DataTable
          label={t('title')}
          columns={columns}
          rows={replays.rows}
          rowKey={({ id }) => id}
          onOpen={({ id }) => navigate(`/operate/replays/${id}`)}
          onEnd={replays.onEnd}
        />
      </Listed>
    </Page>
  )
}
