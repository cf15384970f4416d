import { useNavigate } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { startOver } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import type { Schedule } from './schedule.ts'
import { useSchedulesText } from './text.ts'

export const scheduleActions = ['run', 'pause', 'resume', 'remove'] as const
const labels = { run: 'runNow', pause: 'pause', resume: 'resume', remove: 'remove' } as const

export function ScheduleAction({
  schedule,
  action,
  onClose,
}: {
  schedule: Schedule
  action: (typeof scheduleActions)[number]
  onClose: () => void
}) {
  const t = useSchedulesText()
  const o = useOperateText()
  const navigate = useNavigate()
  const path = { id: schedule.id }
  const run = async (key: string): Promise<string | undefined> => {
    if (action === 'run') {
      const params = { path, header: { 'idempotency-key': key } }
      return (await answer(api.POST('/api/v1/schedules/{id}/run', { params }))).taskId
    }
    if (action === 'pause') await answer(api.POST('/api/v1/schedules/{id}/pause', { params: { path } }))
    if (action === 'resume') await answer(api.POST('/api/v1/schedules/{id}/resume', { params: { path } }))
    if (action === 'remove') await answer(api.DELETE('/api/v1/schedules/{id}', { params: { path } }))
    return undefined
  }
  const label = t(labels[action]).replace('…', '')
  return (
    <ActionDialog
      title={`${label}: ${schedule.name}`}
      confirm={label}
      danger={action === 'remove'}
      onClose={onClose}
      run={run}
      onDone={async (taskId) => {
        onClose()
        toast(
          o('done'),
          taskId
            ? { label: o('followTask'), run: () => void navigate(`/operate/tasks/${taskId}?asked=1`) }
            : undefined,
        )
        await startOver('schedules')
      }}
    >
      <p>{t(`${action}Words`)}</p>
    </ActionDialog>
  )
}
