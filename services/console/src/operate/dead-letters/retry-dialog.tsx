import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/api.ts'
import { Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { startOver } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import { InvalidMessages } from './invalid-messages.tsx'
import { isAccepted, type Scope, scopeBody } from './letters.ts'
import { PaceFields, PlanInWords, usePace } from './pace-fields.tsx'
import { Tally } from './tally.tsx'
import { useLettersText } from './text.ts'

/** Counts first what would be sent, says how it will go, and starts it. */
export function RetryDialog({
  group,
  scope,
  onClose,
  onStarted,
}: {
  group: string
  scope: Scope
  onClose: () => void
  onStarted: (taskId: string) => void
}) {
  const t = useLettersText()
  const o = useOperateText()
  const entered = usePace()
  const params = { path: { group } }
  const dryRun = useQuery({
    queryKey: ['dead-letters', 'dry-run', group, scope],
    queryFn: () =>
      answer(
        api.POST('/api/v1/dead-letters/{group}/retry', {
          params,
          body: { ...scopeBody(scope), dryRun: true },
        }),
      ),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const found = dryRun.data && !isAccepted(dryRun.data) ? dryRun.data : undefined
  const { pace } = entered
  return (
    <ActionDialog
      title={scope.ids ? t('retryThis') : t('retryTitle')}
      confirm={t('startRetry', { count: found?.retriable ?? 0 })}
      possible={pace !== undefined && (found?.retriable ?? 0) > 0}
      onClose={onClose}
      run={(key) =>
        answer(
          api.POST('/api/v1/dead-letters/{group}/retry', {
            params: { ...params, header: { 'idempotency-key': key } },
            body: { ...scopeBody(scope), ...pace },
          }),
        )
      }
      onDone={async (begun) => {
        if (!isAccepted(begun) || !begun.taskId) return
        onStarted(begun.taskId)
        await startOver('dead-letters')
      }}
    >
      <h3>{o('whatHappens')}</h3>
      {dryRun.isPending && (
        <>
          <p>{t('counting')}</p>
          <Skeleton lines={2} />
        </>
      )}
      {dryRun.error && <ProblemNotice error={dryRun.error} onRetry={() => void dryRun.refetch()} />}
      {found && <Tally of={found} />}
      {found && pace && <PlanInWords total={found.retriable} pace={pace} />}
      {found && found.invalid > 0 && (
        <Notice kind="warn">
          <span>{t('invalidHelp')}</span>
          <InvalidMessages of={found.invalidMessages} />
        </Notice>
      )}
      <PaceFields {...entered} />
    </ActionDialog>
  )
}
