import { Problem } from '../../api/problem.ts'
import { PersonName } from '../../people/person-name.tsx'
import { Button } from '../../ui/button.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { isLive } from '../review.ts'
import { useReviewText } from '../text.ts'
import styles from './desk-frame.module.css'
import { hasWork, settleClashes } from './draft.ts'
import type { Desk } from './use-desk.ts'

/** Work that cannot be handed in as it is: it is shown beside what is there instead, and nothing is overwritten. */
export function Conflict({ desk }: { desk: Desk }) {
  const t = useReviewText()
  const { state, claim, draft, clashes, review } = desk
  const { edits } = draft.draft
  if (!hasWork(draft.draft)) {
    if (!claim.error || claim.isMine || isTold(claim.error)) return null
    return <ProblemNotice error={claim.error} />
  }
  if (clashes.length > 0) {
    return (
      <Notice kind="warn">
        <strong role="alert">{t('clash', { count: clashes.length })}</strong>
        <Versions rows={clashes.map(({ index, mine, theirs }) => ({ index, mine, theirs: theirs ?? '' }))} />
        <div className={styles.actions}>
          <Button onClick={() => draft.change(settleClashes(draft.current(), clashes, 'theirs'))}>
            {t('takeTheirs')}
          </Button>
          <Button onClick={() => draft.change(settleClashes(draft.current(), clashes, 'mine'))}>
            {t('keepMine')}
          </Button>
        </div>
      </Notice>
    )
  }
  const rows = [...edits].map(([index, { before, after }]) => ({
    index,
    mine: after,
    theirs: review.words[index]?.text ?? before,
  }))
  if (!isLive(state)) {
    return (
      <Notice kind="warn">
        <strong role="alert">{t('overtaken')}</strong>
        <Versions rows={rows} />
        <div className={styles.actions}>
          <Button onClick={draft.drop}>{t('dropMine')}</Button>
        </div>
      </Notice>
    )
  }
  if (claim.isTaken && state.claimedBy) {
    return (
      <Notice kind="warn">
        <strong role="alert">
          <PersonName id={state.claimedBy} /> {t('takenMeanwhile')}
        </strong>
        <Versions rows={rows} />
      </Notice>
    )
  }
  if (claim.isMine || !claim.error) return null
  return claim.error instanceof Problem && claim.error.status === 0 ? (
    <Notice kind="warn">{t('notClaimedYet')}</Notice>
  ) : (
    <ProblemNotice error={claim.error} />
  )
}

/** Shown by who has the item already. */
const isTold = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'review_already_claimed'

function Versions({ rows }: { rows: readonly { index: number; mine: string; theirs: string }[] }) {
  const t = useReviewText()
  return (
    <table className={styles.clashes}>
      <thead>
        <tr>
          <th scope="col">{t('theirs')}</th>
          <th scope="col">{t('mine')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ index, mine, theirs }) => (
          <tr key={index}>
            <td>{theirs || '∅'}</td>
            <td>{mine || '∅'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
