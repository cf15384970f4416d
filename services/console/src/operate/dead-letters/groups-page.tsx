import { useNavigate } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { count } from '../parts/figures.ts'
import { Filters, SelectFilter, TextFilter } from '../parts/filters.tsx'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import { type Group, groupFilter, groupStatuses, letterStatuses } from './letters.ts'
import { useLettersText } from './text.ts'

const filters = [
  'status',
  'groupStatus',
  'app',
  'errorClass',
  'not.errorClass',
  'text',
  'field',
  'correlationId',
]

export function Component() {
  const t = useLettersText()
  const o = useOperateText()
  const navigate = useNavigate()
  const { get } = useAddress()
  const query = groupFilter(get)
  const groups = usePages<Group>(['dead-letters', 'groups', query], (page) =>
    answer(api.GET('/api/v1/dead-letters', { params: { query: { ...page, ...query } } })),
  )
  const columns: Column<Group>[] = [
    {
      key: 'failure',
      title: t('failure'),
      width: 'minmax(220px, 3fr)',
      cell: (group) => (
        <span title={`${group.errorClass}: ${group.message}`}>
          <strong>{group.errorClass}</strong> {group.message}
        </span>
      ),
    },
    {
      key: 'handler',
      title: o('handler'),
      width: 'minmax(150px, 2fr)',
      cell: ({ handler }) => <span title={handler}>{handler}</span>,
    },
    { key: 'open', title: t('open'), width: '80px', isNumber: true, cell: ({ open }) => count(open) },
    { key: 'all', title: t('messages'), width: '90px', isNumber: true, cell: (group) => count(group.count) },
    { key: 'last', title: t('lastSeen'), width: '120px', cell: ({ lastSeenAt }) => <Time at={lastSeenAt} /> },
    { key: 'state', title: o('state'), width: '150px', cell: (group) => <GroupState group={group} /> },
  ]
  return (
    <Page
      full
      title={t('title')}
      actions={<LinkButton to="/operate/dead-letters/proposals">{o('proposals')}</LinkButton>}
      below={
        <Filters names={filters}>
          <SelectFilter
            name="status"
            label={t('messageState')}
            options={[
              { value: '', label: o('any') },
              ...letterStatuses.map((value) => ({ value, label: t(`letter_${value}`) })),
            ]}
          />
          <SelectFilter
            name="groupStatus"
            label={t('groupState')}
            options={[
              { value: '', label: o('any') },
              ...groupStatuses.map((value) => ({ value, label: t(`status_${value}`) })),
            ]}
          />
          <TextFilter name="app" label={o('service')} />
          <TextFilter name="errorClass" label={t('errorClass')} />
          <TextFilter name="not.errorClass" label={t('notErrorClass')} />
          <TextFilter name="text" label={t('text')} />
          <TextFilter name="field" label={t('field')} />
        </Filters>
      }
    >
      <Listed
        error={groups.error}
        isPending={groups.isPending}
        isEmpty={groups.rows.length === 0}
        onRetry={groups.retry}
        emptyTitle={t('emptyTitle')}
        emptyWords={Object.keys(query).length > 0 ? t('emptyFiltered') : t('emptyWords')}
      >
        <DataTable
          label={t('groups')}
          columns={columns}
          rows={groups.rows}
          rowKey={({ id }) => id}
          onOpen={({ id }) => navigate(`/operate/dead-letters/${id}`)}
          onEnd={groups.onEnd}
        />
      </Listed>
    </Page>
  )
}

/** Red while something waits for somebody whom it has not got; with nothing left to decide on it is no alarm. */
const toneOf = ({ status, open }: Group) =>
  status === 'resolved' ? 'good' : open === 0 ? 'plain' : status === 'new' ? 'bad' : 'accent'

export function GroupState({ group }: { group: Group }) {
  const t = useLettersText()
  return (
    <>
      <Badge tone={toneOf(group)}>{t(`status_${group.status}`)}</Badge>{' '}
      {group.cameBack && (
        <span title={t('cameBackWhy')}>
          <Badge tone="warn">{t('cameBack')}</Badge>
        </span>
      )}
    </>
  )
}
