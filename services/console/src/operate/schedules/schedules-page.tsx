import { answer, api } from '../../api/api.ts'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { Time } from '../../ui/time.tsx'
import { oneOf, useAddress } from '../parts/address.ts'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { Split } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import type { Schedule } from './schedule.ts'
import { ScheduleAction, scheduleActions } from './schedule-action.tsx'
import { ScheduleForm } from './schedule-form.tsx'
import { SchedulePanel } from './schedule-panel.tsx'
import { useSchedulesText } from './text.ts'

/** Tasks that are started again and again. */
export function Component() {
  const t = useSchedulesText()
  const o = useOperateText()
  const { get, set } = useAddress()
  const may = useMay()('operations:write')
  const schedules = usePages<Schedule>(['schedules', 'list'], (query) =>
    answer(api.GET('/api/v1/schedules', { params: { query } })),
  )
  const begin = may ? () => set({ action: 'new' }) : undefined
  useShortcut('n', t('newSchedule'), begin)
  const selected = schedules.rows.find(({ id }) => id === get('schedule'))
  const action = may ? get('action') : undefined
  const close = () => set({ action: undefined })
  const columns: Column<Schedule>[] = [
    {
      key: 'name',
      title: t('name'),
      width: 'minmax(140px, 2fr)',
      cell: ({ name }) => <strong>{name}</strong>,
    },
    { key: 'type', title: t('taskType'), width: 'minmax(110px, 1fr)', cell: ({ taskType }) => taskType },
    {
      key: 'when',
      title: t('when'),
      width: '150px',
      cell: ({ cron, timezone }) => (
        <code title={timezone}>
          {cron} {timezone === 'UTC' ? '' : timezone}
        </code>
      ),
    },
    {
      key: 'last',
      title: t('last'),
      width: '120px',
      cell: ({ lastRunAt }) => (lastRunAt ? <Time at={lastRunAt} /> : t('never')),
    },
    {
      key: 'next',
      title: t('next'),
      width: '120px',
      cell: ({ nextRuns: [next] }) => (next ? <Time at={next} /> : '–'),
    },
    {
      key: 'state',
      title: o('state'),
      width: '100px',
      cell: ({ paused }) => (
        <Badge tone={paused ? 'warn' : 'good'}>{paused ? t('paused') : t('active')}</Badge>
      ),
    },
  ]
  return (
    <Page
      full
      title={t('title')}
      actions={
        begin && (
          <Button kind="primary" shortcut="n" onClick={begin}>
            {t('newSchedule')}
          </Button>
        )
      }
    >
      <Split
        list={
          <Listed
            error={schedules.error}
            isPending={schedules.isPending}
            isEmpty={schedules.rows.length === 0}
            onRetry={schedules.retry}
            emptyTitle={t('emptyTitle')}
            emptyWords={t('emptyWords')}
          >
            <DataTable
              label={t('title')}
              columns={columns}
              rows={schedules.rows}
              rowKey={({ id }) => id}
              selected={selected?.id}
              onOpen={({ id }) => set({ schedule: id })}
              onEnd={schedules.onEnd}
            />
          </Listed>
        }
        detail={
          selected && (
            <SchedulePanel
              key={selected.id}
              schedule={selected}
              may={may}
              onAction={(wanted) => set({ action: wanted })}
              onClose={() => set({ schedule: undefined })}
            />
          )
        }
      />
      {action === 'new' && <ScheduleForm onClose={close} />}
      {selected && action === 'change' && <ScheduleForm schedule={selected} onClose={close} />}
      {selected && oneOf(scheduleActions, action) && (
        <ScheduleAction
          key={action}
          schedule={selected}
          action={oneOf(scheduleActions, action) ?? 'run'}
          onClose={close}
        />
      )}
    </Page>
  )
}
