import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Problem } from '../../api/problem.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Time } from '../../ui/time.tsx'
import { Facts } from '../parts/facts.tsx'
import { JsonView } from '../parts/json-view.tsx'
import partStyles from '../parts/parts.module.css'
import { Aside } from '../parts/split.tsx'
import { useOperateText } from '../text.ts'
import { findEvent } from './event.ts'
import { useEventsText } from './text.ts'

/** One event, whole, with where it came from and what it led to. */
export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useEventsText()
  const o = useOperateText()
  const found = useQuery({ queryKey: ['events', 'one', id], queryFn: () => findEvent(id) })
  const event = found.data
  const isNotKept = found.error instanceof Problem && found.error.status === 404
  const trace = event?.traceparent?.split('-')[1]
  return (
    <Aside title={event?.topic ?? o('event')} onClose={onClose}>
      {isNotKept ? (
        <Notice>
          <strong>{t('notKept')}</strong>
          <span>{t('notKeptWhy')}</span>
        </Notice>
      ) : (
        found.error && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.isPending && <Skeleton lines={10} />}
      {event && (
        <>
          <p className={partStyles.row}>
            <Link to={`/operate/events/chains/${encodeURIComponent(event.correlationId)}`}>{t('chain')}</Link>
            <Link to={`/operate/events?stream=${encodeURIComponent(event.stream)}`}>{t('ofStream')}</Link>
            <Link to={`/operate/audit?requestId=${encodeURIComponent(event.correlationId)}`}>
              {t('auditOf')}
            </Link>
          </p>
          <Facts
            of={[
              [o('time'), <Time key="time" at={event.time} />],
              [t('stored'), <Time key="stored" at={event.storedAt} />],
              [t('type'), event.type],
              [t('source'), event.source],
              [t('subject'), <code key="subject">{event.stream}</code>],
              [t('position'), t('nth', { position: event.streamPosition })],
              [t('sequence'), event.sequence],
              [
                t('correlation'),
                <span key="correlation">
                  <code>{event.correlationId}</code> <CopyButton text={event.correlationId} />
                </span>,
              ],
              [
                t('cause'),
                event.causationId && (
                  <Link to={`/operate/events?event=${encodeURIComponent(event.causationId)}`}>
                    <code>{event.causationId}</code>
                  </Link>
                ),
              ],
              [
                t('trace'),
                trace && (
                  <>
                    <code>{trace}</code> <CopyButton text={trace} />
                  </>
                ),
              ],
              [t('muted'), event.muted && t('mutedWhy')],
            ]}
          />
          <JsonView label={t('whole')} value={event.event} />
        </>
      )}
    </Aside>
  )
}
