import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { isLive, statusKey } from '../review.ts'
import { useReviewText } from '../text.ts'
import { ClaimNote } from './claim-note.tsx'
import { Conflict } from './conflict.tsx'
import styles from './desk-frame.module.css'
import { History } from './history.tsx'
import { PresenceNote } from './presence-note.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import type { Desk } from './use-desk.ts'

/** What stands around the words of an item: what it is, how far one is, whose it is, and how it ends. */
export function DeskFrame({ desk, children }: { desk: Desk; children: ReactNode }) {
  const t = useReviewText()
  const { state, review, verdicts, progress, mayDecide, asking, title } = desk
  const [search] = useSearchParams()
  return (
    <Page
      full
      title={title}
      actions={
        isLive(state) ? (
          <>
            <Button kind="primary" shortcut="a" disabled={!mayDecide} onClick={verdicts.approve}>
              {desk.draft.draft.edits.size > 0
                ? t('approveFixed', { count: desk.draft.draft.edits.size })
                : t('approve')}
            </Button>
            <Button shortcut="b" disabled={!mayDecide} onClick={() => desk.ask('sent-back')}>
              {t('sendBack')}
            </Button>
            <Button kind="danger" shortcut="x" disabled={!mayDecide} onClick={() => desk.ask('rejected')}>
              {t('reject')}
            </Button>
            <Button kind="quiet" shortcut="s" disabled={verdicts.isPending} onClick={verdicts.skip}>
              {t('skipItem')}
            </Button>
          </>
        ) : undefined
      }
      below={
        <div className={styles.below}>
          <div className={styles.facts}>
            <Link to={search.size > 0 ? `/reviews?${search}` : '/reviews'}>{t('queue')}</Link>
            <Badge tone={isLive(state) ? 'plain' : state.status === 'approved' ? 'good' : 'warn'}>
              {t(statusKey(state.status))}
            </Badge>
            <span>{t('sure', { percent: Math.round(state.confidence * 100) })}</span>
            {review.blind && <Badge tone="accent">{t('secondLook')}</Badge>}
            {progress.all > 0 && (
              <span className={styles.progress}>
                <progress max={progress.all} value={progress.seen} aria-label={t('lookedAt')} />
                {t('progress', progress)}
              </span>
            )}
            <PresenceNote id={state.id} />
            <ClaimNote desk={desk} />
          </div>
          {Boolean(verdicts.error) && <ProblemNotice error={verdicts.error} />}
          <Conflict desk={desk} />
          <History rounds={review.rounds} />
        </div>
      }
    >
      {children}
      {asking && (
        <ReasonDialog
          verdict={asking}
          onClose={() => desk.ask(undefined)}
          onGiven={(reason) => {
            desk.ask(undefined)
            if (asking === 'sent-back') verdicts.sendBack(reason)
            else verdicts.reject(reason)
          }}
        />
      )}
    </Page>
  )
}
