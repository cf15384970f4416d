import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { Problem } from '../../api/problem.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Empty, ProblemNotice, Skeleton } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts } from '../parts/facts.tsx'
import partStyles from '../parts/parts.module.css'
import { useOperateText } from '../text.ts'
import { useAuditText } from './text.ts'

/** Which rule refused a request, and what would have been let in; everybody may ask about their own. */
export function Component() {
  const t = useAuditText()
  const o = useOperateText()
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
  })
  const isUnknown = decisions.error instanceof Problem && decisions.error.status === 404
  return (
    <Page title={t('whyTitle')}>
      <form
        className={partStyles.form}
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
      {requestId !== undefined && decisions.isPending && <Skeleton />}
      {decisions.error && !isUnknown && <ProblemNotice error={decisions.error} />}
      {isUnknown && (
        <Empty title={t('whyNothing')}>
          <p>{t('whyNothingWords')}</p>
        </Empty>
      )}
      {decisions.data?.items.map((decision) => (
        <Section key={decision.sequence} title={decision.action}>
          <Facts
            of={[
              [o('time'), <Time key="at" at={decision.at} />],
              [t('code'), decision.code && <code>{decision.code}</code>],
              [t('rule'), decision.rule],
              [t('needed'), decision.needed],
              [t('who'), decision.actor ? <code key="who">{decision.actor.userId}</code> : t('nobody')],
              [t('roles'), decision.actor?.roles.join(', ')],
              [o('service'), decision.service],
              [t('sequence'), decision.sequence],
            ]}
          />
        </Section>
      ))}
    </Page>
  )
}
