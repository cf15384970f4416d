import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { SelectField, TextArea, TextField } from '../../ui/field.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { startOver } from '../parts/pages.ts'
import { typesQuery } from '../tasks/task.ts'
import { useOperateText } from '../text.ts'
import type { Schedule } from './schedule.ts'
import { useSchedulesText } from './text.ts'

type Params = Schedule['params']

function readObject(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // JSON that was read a moment ago.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Params)
      : undefined
  } catch {
    // While it is being typed it is none.
    return undefined
  }
}

/** Makes a schedule, or changes one: only on top of what is shown. */
export function ScheduleForm({ schedule, onClose }: { schedule?: Schedule; onClose: () => void }) {
  const t = useSchedulesText()
  const o = useOperateText()
  const types = useQuery(typesQuery)
  const [entered, enter] = useState({
    name: schedule?.name ?? '',
    cron: schedule?.cron ?? '0 6 * * *',
    timezone: schedule?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    missed: schedule?.missed ?? ('latest' as const),
    taskType: schedule?.taskType ?? '',
    params: JSON.stringify(schedule?.params ?? {}, undefined, 2),
  })
  const params = readObject(entered.params)
  const { taskType, ...fields } = entered
  const type = types.data?.items.find((one) => one.type === taskType)
  return (
    <ActionDialog
      title={schedule ? schedule.name : t('newSchedule').replace('…', '')}
      confirm={schedule ? t('save') : t('create')}
      possible={params !== undefined && taskType !== ''}
      onClose={onClose}
      run={(key) => {
        const body = { ...fields, params: params ?? {} }
        return schedule
          ? answer(
              api.PATCH('/api/v1/schedules/{id}', {
                params: { path: { id: schedule.id }, header: { 'if-match': `"${schedule.version}"` } },
                body,
              }),
            )
          : answer(
              api.POST('/api/v1/schedules', {
                params: { header: { 'idempotency-key': key } },
                body: { ...body, taskType },
              }),
            )
      }}
      onDone={async () => {
        onClose()
        await startOver('schedules')
      }}
    >
      <TextField
        label={t('name')}
        required
        maxLength={200}
        value={entered.name}
        onChange={(event) => enter({ ...entered, name: event.target.value })}
      />
      {!schedule && (
        <SelectField
          label={t('taskType')}
          required
          value={taskType}
          onChange={(event) => enter({ ...entered, taskType: event.target.value })}
          options={[
            { value: '', label: '–' },
            ...(types.data?.items ?? []).map((one) => ({
              value: one.type,
              label: `${one.type}: ${one.title}`,
            })),
          ]}
        />
      )}
      <TextField
        label={t('cron')}
        hint={t('cronHint')}
        required
        value={entered.cron}
        onChange={(event) => enter({ ...entered, cron: event.target.value })}
      />
      <TextField
        label={t('timezone')}
        required
        list="time-zones"
        value={entered.timezone}
        onChange={(event) => enter({ ...entered, timezone: event.target.value })}
      />
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <SelectField
        label={t('missed')}
        value={entered.missed}
        onChange={(event) => enter({ ...entered, missed: event.target.value === 'all' ? 'all' : 'latest' })}
        options={[
          { value: 'latest', label: t('missedLatest') },
          { value: 'all', label: t('missedAll') },
        ]}
      />
      <TextArea
        label={t('params')}
        rows={4}
        fault={params ? undefined : t('noJson')}
        value={entered.params}
        onChange={(event) => enter({ ...entered, params: event.target.value })}
      />
      {type && (
        <details>
          <summary>{o('details')}</summary>
          <JsonView label={type.title} value={type.params} />
        </details>
      )}
    </ActionDialog>
  )
}
