import { Link } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { useGeneralText } from '../../text/general.ts'
import { Button } from '../../ui/button.tsx'
import { Time } from '../../ui/time.tsx'
import { Facts } from '../parts/facts.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { Listed } from '../parts/list.tsx'
import { usePages } from '../parts/pages.ts'
import { SimpleTable } from '../parts/simple-table.tsx'
import { Aside } from '../parts/split.tsx'
import type { Run, Schedule } from './schedule.ts'
import { useSchedulesText } from './text.ts'

export function SchedulePanel({
  schedule,
  may,
  onAction,
  onClose,
}: {
  schedule: Schedule
  may: boolean
  onAction: (action: string) => void
  onClose: () => void
}) {
  const t = useSchedulesText()
  const g = useGeneralText()
  const { id } = schedule
  const runs = usePages<Run>(['schedules', 'runs', id], (query) =>
    answer(api.GET('/api/v1/schedules/{id}/runs', { params: { path: { id }, query } })),
  )
  return (
    <Aside
      title={schedule.name}
      onClose={onClose}
      actions={
        may && (
          <>
            <Button kind="primary" onClick={() => onAction('run')}>
              {t('runNow')}
            </Button>
            <Button onClick={() => onAction(schedule.paused ? 'resume' : 'pause')}>
              {schedule.paused ? t('resume') : t('pause')}
            </Button>
            <Button onClick={() => onAction('change')}>{t('change')}</Button>
            <Button kind="danger" onClick={() => onAction('remove')}>
              {t('remove')}
            </Button>
          </>
        )
      }
    >
      <Facts
        of={[
          [t('taskType'), schedule.taskType],
          [t('cron'), <code key="cron">{schedule.cron}</code>],
          [t('timezone'), schedule.timezone],
          [t('missed'), schedule.missed === 'all' ? t('missedAll') : t('missedLatest')],
          [t('last'), schedule.lastRunAt ? <Time key="last" at={schedule.lastRunAt} /> : t('never')],
          [
            t('nextRuns'),
            schedule.nextRuns.length > 0 &&
              schedule.nextRuns.map((at) => (
                <div key={at}>
                  <Time at={at} />
                </div>
              )),
          ],
          [t('created'), <Time key="created" at={schedule.createdAt} />],
        ]}
      />
      <JsonView label={t('params')} value={schedule.params} />
      <h3>{t('runs')}</h3>
      <Listed
        error={runs.error}
        isPending={runs.isPending}
        isEmpty={runs.rows.length === 0}
        onRetry={runs.retry}
        emptyTitle={t('noRuns')}
      >
        <SimpleTable
          label={t('runs')}
          rows={runs.rows}
          rowKey={({ taskId }) => taskId}
          columns={[
            { title: t('due'), cell: ({ tickAt }) => <Time at={tickAt} /> },
            { title: t('fired'), cell: ({ firedAt }) => <Time at={firedAt} /> },
            { title: t('by'), cell: ({ byUser }) => (byUser ? t('hand') : t('clock')) },
            {
              title: t('task'),
              cell: ({ taskId }) => <Link to={`/operate/tasks/${taskId}`}>…{taskId.slice(-8)}</Link>,
            },
          ]}
        />
        {runs.onEnd && (
          <div>
            <Button onClick={runs.onEnd}>{g('loadMore')}</Button>
          </div>
        )}
      </Listed>
    </Aside>
  )
}
