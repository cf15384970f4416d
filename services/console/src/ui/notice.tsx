import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Problem } from '../api/problem.ts'
import { useGeneralText } from '../text/general.ts'
import { useWording } from '../text/refusals/refusals.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { useFailureText } from './failure-text.ts'
import styles from './notice.module.css'

export function Notice({
  kind = 'info',
  children,
}: {
  kind?: 'info' | 'good' | 'warn' | 'bad'
  children: ReactNode
}) {
  return (
    <div className={kind === 'info' ? styles.notice : `${styles.notice} ${styles[kind]}`}>{children}</div>
  )
}

/** What was refused or failed, with the id that finds it in the logs. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useGeneralText()
  const failureText = useFailureText()
  const wording = useWording()
  const problem = error instanceof Problem ? error : undefined
  return (
    <div role="alert">
      <Notice kind="bad">
        <strong>{t('problem')}</strong>
        <span>{failureText(error)}</span>
        {problem && problem.errors.length > 0 && (
          <ul className={styles.faults}>
            {problem.errors.map(({ path, message }) => (
              <li key={path + message}>
                <code>{path}</code>: {wording.ofFault(message)}
              </li>
            ))}
          </ul>
        )}
        {problem?.retryAfter !== undefined && <span>{t('waitSeconds', { count: problem.retryAfter })}</span>}
        <div className={styles.foot}>
          {onRetry && <Button onClick={onRetry}>{t('retry')}</Button>}
          {problem?.requestId && (
            <>
              <span>
                {t('requestId')} <code>{problem.requestId}</code>
              </span>
              <CopyButton text={problem.requestId} />
              {isOfRights(problem) && (
                <Link to={`/operate/audit/why?requestId=${encodeURIComponent(problem.requestId)}`}>
                  {t('whyRefused')}
                </Link>
              )}
            </>
          )}
        </div>
      </Notice>
    </div>
  )
}

/** A right was missing, which has an explanation; other refusals say all there is. */
const isOfRights = ({ code }: Problem): boolean => ['forbidden', 'project_role_required'].includes(code)

/** Says what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** Stands where content will be. @param lines about as many as there will be */
export function Skeleton({ lines = 5 }: { lines?: number }) {
  const t = useGeneralText()
  return (
    <div className={styles.skeleton} role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars are all alike and never move.
        <div key={line} className={styles.bar} />
      ))}
    </div>
  )
}

/**
 * Stands where content will be, and says so when it does not come. Only while there is none: a later look that fails
 * takes nothing away from whoever works on what is there.
 */
export function Awaited({
  asked: { error, refetch },
  lines,
}: {
  asked: { readonly error: unknown; readonly refetch: () => unknown }
  lines?: number
}) {
  return error ? (
    <ProblemNotice error={error} onRetry={() => refetch()} />
  ) : (
    <Skeleton {...(lines ? { lines } : {})} />
  )
}
