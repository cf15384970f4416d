import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { TextArea, TextField } from '../../ui/field.tsx'
import { ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { startOver } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import { addToNote, type Group, isAccepted, type Scope, scopeBody } from './letters.ts'
import { Tally } from './tally.tsx'
import { useLettersText } from './text.ts'

/** Puts messages aside, or takes them back; the reason stays with the group. */
export function DiscardDialog({
  action,
  group,
  scope,
  onClose,
  onStarted,
}: {
  action: 'discard' | 'restore'
  group: Group
  scope: Scope
  onClose: () => void
  onStarted: (taskId: string) => void
}) {
  const t = useLettersText()
  const o = useOperateText()
  const [reason, setReason] = useState('')
  const [days, setDays] = useState('30')
  const params = { path: { group: group.id } }
  const ask = (body: { dryRun?: boolean }, key?: string) => {
    const options = {
      params: { ...params, ...(key ? { header: { 'idempotency-key': key } } : {}) },
      body: { ...scopeBody(scope), ...body },
    }
    return action === 'discard'
      ? answer(
          api.POST('/api/v1/dead-letters/{group}/discard', {
            ...options,
            body: { ...options.body, days: Number(days) || 30 },
          }),
        )
      : answer(api.POST('/api/v1/dead-letters/{group}/restore', options))
  }
  const dryRun = useQuery({
    queryKey: ['dead-letters', 'dry-run', action, group.id, scope],
    queryFn: () => ask({ dryRun: true }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const found = dryRun.data && !isAccepted(dryRun.data) ? dryRun.data : undefined
  const concerned = found ? (action === 'discard' ? found.retriable + found.invalid : found.discarded) : 0
  return (
    <ActionDialog
      title={action === 'discard' ? t('discardTitle') : t('restoreTitle')}
      confirm={
        action === 'discard'
          ? t('startDiscard', { count: concerned })
          : t('startRestore', { count: concerned })
      }
      danger={action === 'discard'}
      possible={concerned > 0 && reason.trim() !== ''}
      onClose={onClose}
      run={async (key) => {
        const begun = await ask({}, key)
        await addToNote(group.id, `${new Date().toISOString().slice(0, 10)} ${action}: ${reason.trim()}`)
        return begun
      }}
      onDone={async (begun) => {
        if (!isAccepted(begun)) return
        const { taskId, summary } = begun
        onClose()
        if (taskId) toast(o('asked', { summary }), { label: o('followTask'), run: () => onStarted(taskId) })
        else toast(o('proposed'))
        await startOver('dead-letters')
      }}
    >
      <p>{action === 'discard' ? t('discardWords') : t('restoreWords')}</p>
      {dryRun.isPending && <Skeleton lines={2} />}
      {dryRun.error && <ProblemNotice error={dryRun.error} onRetry={() => void dryRun.refetch()} />}
      {found && <Tally of={found} />}
      <TextArea
        label={o('reason')}
        hint={t('reasonNote')}
        required
        rows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {action === 'discard' && (
        <TextField
          label={t('days')}
          type="number"
          min={1}
          max={3650}
          required
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      )}
    </ActionDialog>
  )
}
