import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { Problem } from '../../api/problem.ts'
import { Badge } from '../../ui/badge.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { Empty, Notice, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { useAddress } from '../parts/address.ts'
import { milliseconds } from '../parts/figures.ts'
import { Split } from '../parts/split.tsx'
import styles from './chain.module.css'
import { EventPanel } from './event-panel.tsx'
import { useEventsText } from './text.ts'

/** Everything that one request set off, as a tree: each event behind its cause. */
export function Component() {
  const t = useEventsText()
  const { correlationId = '' } = useParams()
  const { get, set } = useAddress()
  const chain = useQuery({
    queryKey: ['events', 'chain', correlationId],
    queryFn: () =>
      answer(api.GET('/api/v1/events/chains/{correlationId}', { params: { path: { correlationId } } })),
  })
  const items = chain.data?.items ?? []
  const began = items.reduce((first, { time }) => Math.min(first, Date.parse(time)), Number.POSITIVE_INFINITY)
  const selected = get('event')
  const isUnknown = chain.error instanceof Problem && chain.error.status === 404
  return (
    <Page
      full
      title={t('chainTitle')}
      actions={
        <LinkButton to={`/operate/audit?requestId=${encodeURIComponent(correlationId)}`}>
          {t('auditOf')}
        </LinkButton>
      }
      below={
        <p>
          <code>{correlationId}</code> {items.length > 0 && t('chainOf', { count: items.length })}
        </p>
      }
    >
      <Split
        list={
          <div className={styles.frame}>
            {isUnknown && (
              <Empty title={t('noChain')}>
                <p>{t('noChainWords')}</p>
              </Empty>
            )}
            {chain.error && !isUnknown && (
              <ProblemNotice error={chain.error} onRetry={() => void chain.refetch()} />
            )}
            {chain.isPending && <Skeleton lines={8} />}
            {chain.data && !chain.data.complete && <Notice kind="warn">{t('incomplete')}</Notice>}
            <ol className={styles.chain}>
              {items.map((link) => (
                <li key={link.position} style={{ '--depth': Math.min(link.depth, 12) } as object}>
                  <button
                    type="button"
                    className={styles.link}
                    aria-current={link.id === selected}
                    onClick={() => set({ event: link.id })}
                  >
                    <strong>{link.topic}</strong>
                    {link.muted && <Badge>{t('muted')}</Badge>}
                    <span className={styles.source}>{link.source}</span>
                    <code>{link.stream}</code>
                    <span className={styles.time}>
                      {t('after', { time: milliseconds(Date.parse(link.time) - began) })}
                    </span>
                  </button>
                </li>
              ))}
            </ol>
          </div>
        }
        detail={
          selected && <EventPanel key={selected} id={selected} onClose={() => set({ event: undefined })} />
        }
      />
    </Page>
  )
}
