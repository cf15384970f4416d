import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Badge } from '../ui/badge.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { Awaited, Empty } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { nextOf } from './desk/next-item.ts'
import { useTakeBack } from './desk/use-verdict.ts'
import styles from './end-page.module.css'
import { queueQuery, upcomingQuery } from './queries.ts'
import { reviewSession } from './session-log.ts'
import { useReviewText } from './text.ts'

/** The end of the queue: what was done, what waits for others, and what comes meanwhile. */
export function Component() {
  const t = useReviewText()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const projectId = search.get('project') ?? undefined
  const query = projectId ? `?project=${projectId}` : ''
  const upcoming = useQuery(upcomingQuery(projectId))
  const all = useInfiniteQuery(queueQuery({ status: 'open', projectId }))
  const claimed = useInfiniteQuery(queueQuery({ status: 'claimed', projectId }))
  const takeBack = useTakeBack()
  const decided = reviewSession.decided()
  const skipped = [...reviewSession.skipped()]
  const next = nextOf(upcoming.data?.items ?? [], undefined)
  // Of more than one page it cannot be told which are for whom.
  const forOthers = upcoming.data?.nextCursor === null ? countOf(all.data) - upcoming.data.items.length : 0

  const open = (id: string) => void navigate(`/reviews/${id}${query}`)
  const again = () => {
    const [first] = skipped
    reviewSession.forgetSkipped()
    if (first) open(first)
  }
  useShortcut('u', t('takeBack'), decided.length > 0 ? () => takeBack.mutate(undefined) : undefined)
  useShortcut('s', t('start'), next ? () => open(next.id) : skipped.length > 0 ? again : undefined)
  useEffect(() => {
    // What is read here comes after the last verdict, and has to hear of it.
    void upcoming.refetch()
  }, [upcoming.refetch])

  return (
    <Page title={t('endTitle')}>
      {!upcoming.data || upcoming.error ? (
        // Whether this is the end cannot be told by an older look.
        <Awaited asked={upcoming} lines={4} />
      ) : (
        <Empty title={next ? t('moreCame') : t('endReached')}>
          {skipped.length > 0 && <p>{t('skippedCount', { count: skipped.length })}</p>}
          {forOthers > 0 && <p>{t('forOthers', { count: forOthers })}</p>}
          {countOf(claimed.data) > 0 && <p>{t('claimedCount', { count: countOf(claimed.data) })}</p>}
          <div className={styles.actions}>
            {next ? (
              <Button kind="primary" shortcut="s" onClick={() => open(next.id)}>
                {t('goOn')}
              </Button>
            ) : (
              skipped.length > 0 && (
                <Button kind="primary" shortcut="s" onClick={again}>
                  {t('skippedAgain')}
                </Button>
              )
            )}
            <LinkButton to={`/reviews${query}`}>{t('queue')}</LinkButton>
          </div>
        </Empty>
      )}
      {decided.length > 0 && (
        <Section
          title={t('doneHere', { count: decided.length })}
          actions={
            <Button shortcut="u" onClick={() => takeBack.mutate(undefined)}>
              {t('takeBack')}
            </Button>
          }
        >
          <ol className={styles.list}>
            {decided.toReversed().map(({ id, title, verdict }) => (
              <li key={id}>
                <LinkButton kind="quiet" to={`/reviews/${id}${query}`}>
                  {title}
                </LinkButton>
                <Badge tone={verdict === 'approved' ? 'good' : 'warn'}>{t(`verdict_${verdict}`)}</Badge>
              </li>
            ))}
          </ol>
        </Section>
      )}
    </Page>
  )
}

const countOf = (
  data: { readonly pages: readonly { readonly items: readonly unknown[] }[] } | undefined,
): number => data?.pages.reduce((sum, { items }) => sum + items.length, 0) ?? 0
