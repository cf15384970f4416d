import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Problem } from '../../api/problem.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Time } from '../../ui/time.tsx'
import { Facts } from '../parts/facts.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { SimpleTable } from '../parts/simple-table.tsx'
import { Aside } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import styles from './dead-letters.module.css'
import { LetterState } from './group-page.tsx'
import { findLetter, type LetterDetail } from './letters.ts'
import { useLettersText } from './text.ts'

/** One message: why it failed, what it carries, and all that was tried with it. */
export function MessagePanel({
  group,
  id,
  may,
  onAction,
  onClose,
}: {
  group: string
  id: string
  may: boolean
  onAction: (action: 'retry' | 'edit' | 'discard' | 'restore') => void
  onClose: () => void
}) {
  const t = useLettersText()
  const letter = useQuery({
    queryKey: ['dead-letters', 'message', group, id],
    queryFn: () => findLetter(group, id),
  })
  const status = letter.data?.status
  const hasMoved = letter.error instanceof Problem && letter.error.status === 404
  return (
    <Aside
      title={t('message')}
      onClose={onClose}
      actions={
        may &&
        status && (
          <>
            {status === 'open' && (
              <>
                <Button onClick={() => onAction('retry')}>{t('retry')}</Button>
                <Button onClick={() => onAction('edit')}>{t('edit')}</Button>
                <Button kind="danger" onClick={() => onAction('discard')}>
                  {t('discard')}
                </Button>
              </>
            )}
            {status === 'discarded' && <Button onClick={() => onAction('restore')}>{t('restore')}</Button>}
          </>
        )
      }
    >
      {hasMoved && (
        <Notice kind="warn">
          <span>{t('moved')}</span>
          <Link to="/operate/dead-letters">{t('groups')}</Link>
        </Notice>
      )}
      {letter.error && !hasMoved && (
        <ProblemNotice error={letter.error} onRetry={() => void letter.refetch()} />
      )}
      {letter.isPending && <Skeleton lines={10} />}
      {letter.data && <Message letter={letter.data} />}
    </Aside>
  )
}

/** What an event says of itself, beside what it carries. */
function partsOf(event: unknown): { headers: Record<string, unknown>; data: unknown } | undefined {
  if (typeof event !== 'object' || event === null) return undefined
  const { data, ...headers } = event as Record<string, unknown>
  return { headers, data }
}

function Message({ letter }: { letter: LetterDetail }) {
  const t = useLettersText()
  const o = useOperateText()
  const parts = partsOf(letter.event)
  const trace =
    typeof parts?.headers.traceparent === 'string' ? parts.headers.traceparent.split('-')[1] : undefined
  return (
    <>
      <Facts
        of={[
          [o('state'), <LetterState key="state" letter={letter} />],
          [t('subject'), letter.subject && <code>{letter.subject}</code>],
          [o('topic'), letter.topic],
          [o('handler'), letter.handler],
          [t('attempts'), letter.attempts],
          [t('firstSeen'), <Time key="first" at={letter.firstFailedAt} />],
          [t('lastSeen'), <Time key="last" at={letter.lastFailedAt} />],
          [t('purgeAt'), letter.purgeAt && <Time at={letter.purgeAt} />],
          [
            t('trace'),
            trace && (
              <>
                <code>{trace}</code> <CopyButton text={trace} />
              </>
            ),
          ],
        ]}
      />
      <p className={styles.links}>
        {letter.correlationId && (
          <Link to={`/operate/events/chains/${encodeURIComponent(letter.correlationId)}`}>{t('chain')}</Link>
        )}
        {letter.messageId && (
          <Link to={`/operate/events?event=${encodeURIComponent(letter.messageId)}`}>{t('theEvent')}</Link>
        )}
      </p>
      <Notice kind="bad">
        <strong>
          {t('why')}: {letter.errorClass}
        </strong>
        <span>{letter.message}</span>
      </Notice>
      {letter.faults.length > 0 && (
        <Notice kind="warn">
          <strong>{t('faults')}</strong>
          <ul className={styles.list}>
            {letter.faults.map(({ path, message }) => (
              <li key={path + message}>
                <code>{path}</code>: {message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {parts && <JsonView label={t('body')} value={parts.data} />}
      {letter.body !== null && <JsonView label={t('delivered')} value={letter.body} />}
      {letter.faults.length > 0 && letter.validSample && (
        <JsonView label={t('sample')} value={letter.validSample.data} />
      )}
      {letter.stack && <JsonView label={t('stack')} value={letter.stack} />}
      {parts && <JsonView label={t('headers')} value={parts.headers} />}
      {letter.originalEvent !== null && <JsonView label={t('original')} value={letter.originalEvent} />}
      <h3>{t('history')}</h3>
      <SimpleTable
        label={t('history')}
        rows={letter.history.map((attempt, index) => ({ ...attempt, index }))}
        rowKey={({ index }) => String(index)}
        columns={[
          { title: o('time'), cell: ({ at }) => <Time at={at} /> },
          { title: t('failure'), cell: (attempt) => t('historyOf', attempt) },
        ]}
      />
      {letter.retried.length > 0 && (
        <>
          <h3>{t('copies')}</h3>
          <SimpleTable
            label={t('copies')}
            rows={letter.retried}
            rowKey={({ taskId, replayId }) => taskId + String(replayId)}
            columns={[
              {
                title: t('task'),
                cell: ({ taskId, step }) => (
                  <Link to={`/operate/tasks/${taskId}`}>
                    {step === null ? taskId.slice(-8) : t('step', { step })}
                  </Link>
                ),
              },
              { title: t('outcome'), cell: ({ outcome }) => t(`outcome_${outcome}`) },
              { title: t('sent'), cell: ({ sentAt }) => (sentAt ? <Time at={sentAt} /> : '–') },
            ]}
          />
        </>
      )}
    </>
  )
}
