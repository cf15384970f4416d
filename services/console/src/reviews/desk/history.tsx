import { PersonName } from '../../people/person-name.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Time } from '../../ui/time.tsx'
import type { Round } from '../review.ts'
import { useReviewText } from '../text.ts'
import styles from './desk-frame.module.css'

/** Every verdict so far, newest first; open at once where somebody sent the item back and says why. */
export function History({ rounds }: { rounds: readonly Round[] }) {
  const t = useReviewText()
  const last = rounds.at(-1)
  if (!last) return null
  const second = rounds.findLast(({ agreement, undone }) => agreement !== null && !undone)
  return (
    <details open={last.reason !== null}>
      <summary>
        {t('history', { count: rounds.filter(({ verdict }) => verdict !== 'undone').length })}
        {second && (
          <>
            {' '}
            <Badge tone={second.agreed ? 'good' : 'warn'}>
              {t('agreement', { percent: Math.floor((second.agreement ?? 0) * 100) })}
            </Badge>
          </>
        )}
      </summary>
      <ol className={styles.rounds} reversed>
        {rounds.toReversed().map((round) => (
          <li key={round.at}>
            {t(`verdict_${round.verdict}`)} · <PersonName id={round.by} /> · <Time at={round.at} />
            {round.corrections.length > 0 && ` · ${t('corrections', { count: round.corrections.length })}`}
            {round.undone && ` · ${t('undone')}`}
            {round.reason && <q className={styles.reason}>{round.reason}</q>}
          </li>
        ))}
      </ol>
    </details>
  )
}
