import { count } from '../parts/figures.ts'
import styles from './dead-letters.module.css'
import { useLettersText } from './text.ts'

/** What an action would find, counted one by one and before anything is done. */
export function Tally({
  of,
}: {
  of: {
    readonly matching: number
    readonly retriable: number
    readonly invalid: number
    readonly alreadyHandled: number
    readonly discarded: number
    readonly underWay: number
  }
}) {
  const t = useLettersText()
  const parts = [
    [of.matching, t('match')],
    [of.retriable, t('canRetry')],
    [of.invalid, t('noLongerValid')],
    [of.alreadyHandled, t('alreadyHandled')],
    [of.discarded, t('isDiscarded')],
    [of.underWay, t('isUnderWay')],
  ] as const
  return (
    <p className={styles.tally} role="status">
      {parts.map(([figure, words], index) =>
        index < 3 || figure > 0 ? (
          <span key={words}>
            <strong>{count(figure)}</strong> {words}
          </span>
        ) : null,
      )}
    </p>
  )
}
