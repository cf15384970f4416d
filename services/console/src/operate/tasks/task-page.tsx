import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useParams } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { currentLanguage } from '../../text/text.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { Time } from '../../ui/time.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts, Figure, Figures } from '../parts/facts.tsx'
import { count, duration } from '../parts/figures.ts'
import { JsonView } from '../parts/json-view.tsx'
import { startOver } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import { readReport } from './canary.ts'
import { CanaryStory, groupOf } from './canary-story.tsx'
import { TaskFailures } from './failures.tsx'
import { useFollowedTask } from './follow-task.ts'
import { isOver, resultQuery, type Task, taskQuery, toneOf } from './task.ts'
import { TaskLog } from './task-log.tsx'
import styles from './tasks.module.css'
import { useTasksText } from './text.ts'

export function Component() {
  const t = useTasksText()
  const { id = '' } = useParams()
  const { get } = useAddress()
  const task = useQuery(taskQuery(id, get('asked') === '1'))
  return task.data ? (
    <TaskPage task={task.data} />
  ) : (
    <Page title={t('task')}>
      {task.error ? (
        <ProblemNotice error={task.error} onRetry={() => void task.refetch()} />
      ) : (
        <>
          {get('asked') === '1' && <p role="status">{t('waitingFor')}</p>}
          <Skeleton lines={8} />
        </>
      )}
    </Page>
  )
}

function TaskPage({ task }: { task: Task }) {
  const t = useTasksText()
  const o = useOperateText()
  const { get, set } = useAddress()
  const over = isOver(task)
  const isLive = useFollowedTask(task)
  const everyNowAndThen = over || isLive ? false : 3_000
  useQuery({ ...taskQuery(task.id, false), refetchInterval: everyNowAndThen })
  const result = useQuery({ ...resultQuery(task.id), refetchInterval: everyNowAndThen })
  // Its last words, which no look that came before its end has seen.
  useEffect(() => {
    if (!over) return
    for (const part of ['result', 'log', 'failures']) {
      void queries.invalidateQueries({ queryKey: ['tasks', part, task.id] })
    }
    // What it was done to is another page's, and was asked for before.
    if (task.type.startsWith('dead-letter-')) void startOver('dead-letters')
  }, [over, task.id, task.type])
  const isRetry = task.type === 'dead-letter-retry' || task.type === 'dead-letter-edit'
  const { done, failed, total, perSecond, remainingSeconds } = task.progress
  const ask = (action: string) => () => set({ action })
  const canCancel = !over && task.cancelBy === null
  useShortcut('c', t('cancel'), canCancel ? ask('cancel') : undefined)
  useShortcut('r', t('retryFailed'), task.state === 'failed' ? ask('retry-failed') : undefined)
  const group = groupOf(task)
  const action = get('action')
  const close = () => set({ action: undefined })
  return (
    <Page
      title={task.type}
      actions={
        <>
          {canCancel && (
            <Button kind="danger" shortcut="c" onClick={ask('cancel')}>
              {t('cancel')}
            </Button>
          )}
          {task.state === 'failed' && (
            <>
              <Button kind="primary" shortcut="r" onClick={ask('retry-failed')}>
                {t('retryFailed')}
              </Button>
              <Button onClick={ask('retry-all')}>{t('retryAll')}</Button>
            </>
          )}
          {group && <LinkButton to={`/operate/dead-letters/${group}`}>{t('openGroup')}</LinkButton>}
        </>
      }
    >
      <div className={styles.stack}>
        {task.cancelBy && !over && (
          <Notice kind="warn">
            {t('cancelling', {
              at: new Intl.DateTimeFormat(currentLanguage(), { timeStyle: 'medium' }).format(
                new Date(task.cancelBy),
              ),
            })}
          </Notice>
        )}
        {task.error && (
          <Notice kind="bad">
            <strong>{task.error.code}</strong>
            <span>{task.error.message}</span>
          </Notice>
        )}
        {isRetry && <CanaryStory task={task} report={readReport(result.data?.result)} />}
        <Section title={t('progress')} actions={isLive && <Badge tone="good">{t('live')}</Badge>}>
          <progress
            className={styles.progress}
            aria-label={t('progress')}
            max={total ?? 1}
            {...(total === null && !over ? {} : { value: Math.min(done + failed, total ?? 1) })}
          />
          <Figures>
            <Figure
              value={<Badge tone={toneOf[task.state]}>{t(`state_${task.state}`)}</Badge>}
              label={o('state')}
            />
            <Figure value={count(done)} label={t('done')} />
            <Figure
              value={count(failed)}
              label={t('failed')}
              {...(failed > 0 ? { tone: 'bad' as const } : {})}
            />
            <Figure value={total === null ? t('unknownTotal') : count(total)} label={t('total')} />
            <Figure value={perSecond === null ? '–' : `${perSecond.toFixed(1)} /s`} label={t('rate')} />
            <Figure value={over ? '–' : duration(remainingSeconds)} label={t('remaining')} />
          </Figures>
          <Facts
            of={[
              [t('requested'), <Time key="requested" at={task.requestedAt} />],
              [t('started'), task.startedAt && <Time at={task.startedAt} />],
              [t('heard'), task.heardAt && !over && <Time at={task.heardAt} />],
              [t('nextAttempt'), task.retryAt && <Time at={task.retryAt} />],
              [t('finished'), task.finishedAt && <Time at={task.finishedAt} />],
              [t('run'), `${task.run}, ${t('attempt')} ${task.attempt}`],
            ]}
          />
        </Section>
        <TaskFailures task={task} />
        <TaskLog id={task.id} isOver={over} />
        <Section title={o('details')}>
          <JsonView label={t('params')} value={task.params} />
          {result.data?.result != null && <JsonView label={t('result')} value={result.data.result} />}
        </Section>
      </div>
      {action === 'cancel' && canCancel && (
        <ActionDialog
          title={t('cancelTitle')}
          confirm={t('cancelNow')}
          danger
          onClose={close}
          run={() => answer(api.POST('/api/v1/tasks/{id}/cancel', { params: { path: { id: task.id } } }))}
          onDone={async () => {
            close()
            await startOver('tasks')
          }}
        >
          <p>
            {t('cancelWords', {
              done,
              total: total ?? t('unknownTotal'),
            })}
          </p>
        </ActionDialog>
      )}
      {(action === 'retry-failed' || action === 'retry-all') && task.state === 'failed' && (
        <ActionDialog
          key={action}
          title={action === 'retry-failed' ? t('retryFailed') : t('retryAll')}
          confirm={t('retryNow')}
          onClose={close}
          run={() =>
            answer(
              api.POST('/api/v1/tasks/{id}/retry', {
                params: { path: { id: task.id } },
                body: action === 'retry-failed' ? { only: 'failed' } : {},
              }),
            )
          }
          onDone={async () => {
            close()
            await startOver('tasks')
          }}
        >
          <p>
            {action === 'retry-failed'
              ? t('retryFailedWords', { count: total === null ? failed : total - done })
              : t('retryAllWords')}
          </p>
        </ActionDialog>
      )}
    </Page>
  )
}
