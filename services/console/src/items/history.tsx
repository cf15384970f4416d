import { PersonName } from '../people/person-name.tsx'
import { Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import type { Document } from './item.ts'
import styles from './item-page.module.css'
import { useItemText } from './text.ts'

const known = [
  ...([
    'uploaded',
    'version_added',
    'changed',
    'reprocess_requested',
    'deleted',
    'restored',
    'read',
  ] as const),
  ...(['reading_failed', 'sent_to_review', 'approved', 'rejected', 'sent_back', 'verdict_undone'] as const),
  'review_failed',
] as const

/** Who did what and when, newest first. */
export function History({ entries }: { entries: Document['history'] }) {
  const t = useItemText()
  return (
    <Section title={t('history')}>
      <ol className={styles.history}>
        {entries.toReversed().map(({ at, by, action, details }) => {
          const name = known.find((each) => each === action)
          const said = detailOf(details)
          return (
            <li key={at + action}>
              <span>
                <strong>
                  <PersonName id={by} />
                </strong>{' '}
                {name ? t(`did.${name}`) : action}
              </span>
              {said && <span className={styles.quiet}>{said}</span>}
              <span className={styles.quiet}>
                <Time at={at} />
              </span>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

/** What was said with it, in a line. */
const detailOf = (details: Readonly<Record<string, unknown>>): string =>
  ['reason', 'fileName', 'title', 'language', 'tags', 'engine', 'code', 'detail']
    .map((key) => details[key])
    .filter((value) => typeof value === 'string' || Array.isArray(value))
    .map((value) => (Array.isArray(value) ? value.join(', ') : String(value)))
    .join(' · ')
