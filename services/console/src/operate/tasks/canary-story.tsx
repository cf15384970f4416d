import { Link } from 'react-router'
import { Badge } from '../../ui/badge.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Section } from '../../ui/page.tsx'
import { count, percent } from '../parts/figures.ts'
import { type CanaryReport, type CanaryStep, stepsOf, sumOf } from './canary.ts'
import { isOver, type Task } from './task.ts'
import styles from './tasks.module.css'
import { useTasksText } from './text.ts'

const toneOf = { done: 'good', running: 'accent', stopped: 'bad', ended: 'warn', waiting: 'plain' } as const

/** A retry that goes a few first: its steps as they come, what it says of itself, and what to do next. */
export function CanaryStory({ task, report }: { task: Task; report: CanaryReport | undefined }) {
  const t = useTasksText()
  if (!report) {
    return isOver(task) ? null : (
      <Section title={t('canary')}>
        <p role="status">{t('selecting')}</p>
      </Section>
    )
  }
  const steps = stepsOf(report, isOver(task))
  return (
    <Section title={t('canary')}>
      <div aria-live="polite">
        <Story task={task} report={report} steps={steps} />
      </div>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <Step
            key={step.number}
            step={step}
            isRest={step.number > report.pace.steps.length}
            threshold={report.pace.threshold}
          />
        ))}
      </ol>
    </Section>
  )
}

function Step({ step, isRest, threshold }: { step: CanaryStep; isRest: boolean; threshold: number }) {
  const t = useTasksText()
  const share = (part: number) => `${step.size === 0 ? 0 : (part / step.size) * 100}%`
  const silent = step.sent - step.resolved - step.failed
  return (
    <li className={styles.step} data-state={step.state}>
      <div className={styles.stepHead}>
        <strong>{isRest ? t('restStep') : t('step', { step: step.number })}</strong>
        <Badge tone={toneOf[step.state]}>{t(`step_${step.state}`)}</Badge>
      </div>
      <span className={styles.size}>{t('size', { count: step.size })}</span>
      <div className={styles.bar} aria-hidden="true">
        <span data-part="resolved" style={{ width: share(step.resolved) }} />
        <span data-part="failed" style={{ width: share(step.failed) }} />
        <span data-part="silent" style={{ width: share(silent) }} />
      </div>
      <dl className={styles.stepFigures}>
        <Pair name={t('sent')} value={step.sent} />
        <Pair name={t('succeeded')} value={step.resolved} />
        <Pair name={t('failedAgain')} value={step.failed} />
        {silent > 0 && <Pair name={t('unanswered')} value={silent} />}
      </dl>
      <span className={styles.quiet}>
        {step.sent > 0 && `${t('failureRate', { share: percent(step.failed / Math.max(1, step.size)) })}, `}
        {t('limit', { limit: percent(threshold) })}
      </span>
    </li>
  )
}

const Pair = ({ name, value }: { name: string; value: number }) => (
  <div>
    <dt>{name}</dt>
    <dd>{count(value)}</dd>
  </div>
)

function Story({ task, report, steps }: { task: Task; report: CanaryReport; steps: readonly CanaryStep[] }) {
  const t = useTasksText()
  const { sent, resolved, failed } = sumOf(report.steps)
  const total = report.retriable - report.skipped
  const stopped = steps.find(({ state }) => state === 'stopped')
  const left = t('storyLeft', { sent, total, left: total - sent })
  if (stopped) {
    return (
      <Notice kind="bad">
        <strong>{t('stopped')}</strong>
        <span>
          {t('storyStopped', {
            step: stopped.number,
            failed: stopped.failed,
            size: stopped.size,
            share: percent(stopped.failed / Math.max(1, stopped.size)),
            limit: percent(report.pace.threshold),
            resolved: stopped.resolved,
          })}
        </span>
        <span>{left}</span>
        <Next task={task} keys={['nextLook', 'nextGroup', 'nextRetry']} />
      </Notice>
    )
  }
  if (task.state === 'cancelled') {
    return (
      <Notice kind="warn">
        <span>{t('storyCancelled')}</span>
        <span>{left}</span>
        <Next task={task} keys={['nextGroup']} />
      </Notice>
    )
  }
  if (isOver(task)) {
    return (
      <Notice kind={failed > 0 ? 'warn' : 'good'}>
        <span>{t('storyDone', { sent, resolved, failed })}</span>
        <Next task={task} keys={failed > 0 ? ['nextLook', 'nextGroup'] : ['nextResolve']} />
      </Notice>
    )
  }
  return (
    <Notice>
      <span>
        {t('storyRunning', {
          step: report.current.step,
          sent,
          total,
          resolved,
          failed,
        })}
      </span>
    </Notice>
  )
}

function Next({
  task,
  keys,
}: {
  task: Task
  keys: readonly ('nextLook' | 'nextGroup' | 'nextRetry' | 'nextResolve')[]
}) {
  const t = useTasksText()
  const group = groupOf(task)
  return (
    <div>
      <strong>{t('whatNext')}</strong>
      <ol className={styles.next}>
        {keys.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ol>
      {group && <Link to={`/operate/dead-letters/${group}?status=open`}>{t('openGroup')}</Link>}
    </div>
  )
}

/** The group that a retry is about, when it is one. */
export function groupOf({ params }: Task): string | undefined {
  const { selection } = params
  if (typeof selection !== 'object' || selection === null || !('groups' in selection)) return undefined
  const groups: unknown = selection.groups
  const [only, ...others] = Array.isArray(groups) ? groups : []
  return typeof only === 'string' && others.length === 0 ? only : undefined
}
