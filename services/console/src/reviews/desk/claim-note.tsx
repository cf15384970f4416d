import { useQuery } from '@tanstack/react-query'
import { PersonName } from '../../people/person-name.tsx'
import { projectQuery } from '../../projects/project.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Time } from '../../ui/time.tsx'
import { isLive } from '../review.ts'
import { useReviewText } from '../text.ts'
import styles from './desk-frame.module.css'
import type { Desk } from './use-desk.ts'

/** Whose the item is, and until when. */
export function ClaimNote({ desk: { state, claim, readOnly } }: { desk: Desk }) {
  const t = useReviewText()
  const project = useQuery({ ...projectQuery(state.projectId), enabled: claim.isTaken })
  if (!isLive(state)) return null
  const { claimedBy, claimExpiresAt } = state
  return (
    <span className={styles.claim} role="status">
      {claim.isMine && claimExpiresAt && (
        <>
          <Badge tone="accent">{t('yours')}</Badge>
          <Button kind="quiet" shortcut="r" disabled={claim.isPending} onClick={claim.release}>
            {t('release')}
          </Button>
        </>
      )}
      {claim.isTaken && claimedBy && claimExpiresAt && (
        <>
          <Badge tone="warn">{t('taken')}</Badge>
          <span>
            <PersonName id={claimedBy} />, {t('until')} <Time at={claimExpiresAt} />
          </span>
          {project.data?.role === 'owner' && (
            <Button kind="quiet" disabled={claim.isPending} onClick={claim.release}>
              {t('endClaim')}
            </Button>
          )}
        </>
      )}
      {!readOnly && !claim.isMine && (
        <Button
          kind="quiet"
          shortcut="c"
          disabled={claim.isPending}
          onClick={() => void claim.take().catch(() => undefined)}
        >
          {t('claim')}
        </Button>
      )}
    </span>
  )
}
