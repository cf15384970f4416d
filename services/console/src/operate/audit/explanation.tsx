import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api, type Schema } from '../../api/api.ts'
import { Problem } from '../../api/problem.ts'
import { useWords } from '../../permissions/text.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import list from '../../ui/list.module.css'
import { Empty, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts } from '../parts/facts.tsx'
import { useOperateText } from '../text.ts'
import styles from './explanation.module.css'
import { useAuditText } from './text.ts'

/** Seconds that a refusal takes at most to come into the log, unless it is one of many. */
const NOTED_WITHIN = 4

/** By the id of a request: which rule refused it, and what would have been let in. Everybody may ask about their own. */
export function Explanation() {
  const t = useAuditText()
  const { get, set } = useAddress()
  const requestId = get('requestId')
  const [entered, setEntered] = useState(requestId ?? '')
  const decisions = useQuery({
    queryKey: ['decisions', requestId],
    queryFn: () =>
      answer(
        api.GET('/api/v1/audit/decisions/{requestId}', { params: { path: { requestId: requestId ?? '' } } }),
      ),
    enabled: requestId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // Whoever asks at once is faster than the log.
    retry: (failures, error) => isUnknown(error) && failures < NOTED_WITHIN,
    retryDelay: 1_000,
  })
  return (
    <div className={styles.explanation}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          set({ requestId: entered.trim() || undefined })
          if (entered.trim() === requestId) void decisions.refetch()
        }}
      >
        <TextField
          label={t('requestId')}
          hint={t('whyHint')}
          required
          value={entered}
          onChange={(event) => setEntered(event.target.value)}
        />
        <div>
          <Button kind="primary" type="submit">
            {t('whyAsk')}
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        {decisions.isLoading && <Skeleton lines={4} />}
        {decisions.error && !isUnknown(decisions.error) && <ProblemNotice error={decisions.error} />}
        {isUnknown(decisions.error) && (
          <Empty title={t('whyNothing')}>
            <p>{t('whyNothingWords')}</p>
          </Empty>
        )}
        {decisions.data && (
          <ol className={list.list} aria-label={t('decisions')}>
            {decisions.data.items.map((decision) => (
              <Decision key={decision.sequence} decision={decision} />
            ))}
          </ol>
        )}
      </div>
    </div>
  )
}

const isUnknown = (error: unknown): boolean => error instanceof Problem && error.status === 404

function Decision({ decision }: { decision: Decided }) {
  const t = useAuditText()
  const o = useOperateText()
  const words = useWords()
  const { at, action, code, rule, needed, actor, service, resources, sequence, count } = decision
  return (
    <li>
      <div className={styles.decision}>
        <div className={list.row}>
          <strong>{action}</strong>
          <Badge tone="bad">{code ?? t('denied')}</Badge>
        </div>
        <Facts
          of={[
            [t('rule'), rule],
            [t('needed'), needed],
            [t('who'), actor ? <code key="who">{actor.userId}</code> : t('nobody')],
            [t('roles'), actor && rolesOf(actor.roles).map(words.role).join(', ')],
            ...resources.map(({ name, id }) => [name, <code key={id}>{id}</code>] as const),
            [o('time'), <Time key="at" at={at} />],
            [o('service'), service],
            [t('sequence'), sequence],
            [t('often'), count > 1 && t('times', { count })],
          ]}
        />
      </div>
    </li>
  )
}

type Decided = Schema<'Decision'>

/** Everybody is a member, and tokens do not say so. */
const rolesOf = (roles: readonly string[]): readonly string[] => [
  'member',
  ...roles.filter((role) => role !== 'member'),
]
