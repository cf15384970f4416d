import { useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { Badge } from '../../ui/badge.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { given, oneOf, useAddress } from '../parts/address.ts'
import { count } from '../parts/figures.ts'
import { Filters, SelectFilter } from '../parts/filters.tsx'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import { type Task, taskStates, toneOf, typesQuery } from './task.ts'
import { useTasksText } from './text.ts'

/** Long operations of everybody, newest first. */
export function Component() {
  const t = useTasksText()
  const o = useOperateText()
  const navigate = useNavigate()
  const { get } = useAddress()
  const query = given({
    type: get('type'),
    state: oneOf(taskStates, get('state')),
    mine: get('mine') === 'true' ? 'true' : undefined,
  })
  const types = useQuery(typesQuery)
  const tasks = usePages<Task>(['tasks', 'list', query], (page) =>
    answer(api.GET('/api/v1/tasks', { params: { query: { ...page, ...query } } })),
  )
  const columns: Column<Task>[] = [
    {
      key: 'type',
      title: t('type'),
      width: 'minmax(150px, 2fr)',
      cell: ({ type }) => <strong>{type}</strong>,
    },
    {
      key: 'state',
      title: o('state'),
      width: '120px',
      cell: ({ state }) => <Badge tone={toneOf[state]}>{t(`state_${state}`)}</Badge>,
    },
    {
      key: 'done',
      title: t('done'),
      width: '90px',
      isNumber: true,
      cell: ({ progress }) => count(progress.done),
    },
    {
      key: 'failed',
      title: t('failed'),
      width: '80px',
      isNumber: true,
      cell: ({ progress }) => count(progress.failed),
    },
    {
      key: 'total',
      title: t('total'),
      width: '90px',
      isNumber: true,
      cell: ({ progress }) => (progress.total === null ? '–' : count(progress.total)),
    },
    { key: 'asked', title: t('requested'), width: '130px', cell: (task) => <Time at={task.requestedAt} /> },
  ]
  return (
    <Page
      full
      title={t('title')}
      below={
        <Filters names={['type', 'state', 'mine']}>
          <SelectFilter
            name="type"
            label={t('type')}
            options={[
              { value: '', label: o('any') },
              ...(types.data?.items ?? []).map(({ type }) => ({ value: type, label: type })),
            ]}
          />
          <SelectFilter
            name="state"
            label={o('state')}
            options={[
              { value: '', label: o('any') },
              ...taskStates.map((value) => ({ value, label: t(`state_${value}`) })),
            ]}
          />
          <SelectFilter
            name="mine"
            label={t('mine')}
            options={[
              { value: '', label: t('everybody') },
              { value: 'true', label: t('onlyMine') },
            ]}
          />
        </Filters>
      }
    >
      <Listed
        error={tasks.error}
        isPending={tasks.isPending}
        isEmpty={tasks.rows.length === 0}
        onRetry={tasks.retry}
        emptyTitle={t('emptyTitle')}
        emptyWords={t('emptyWords')}
      >
        <DataTable
          label={t('title')}
          columns={columns}
          rows={tasks.rows}
          rowKey={({ id }) => id}
          onOpen={({ id }) => navigate(`/operate/tasks/${id}`)}
          onEnd={tasks.onEnd}
        />
      </Listed>
    </Page>
  )
}
