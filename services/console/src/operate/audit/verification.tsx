import { useMutation, useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { Time } from '../../ui/time.tsx'
import { useAddress } from '../parts/address.ts'
import { milliseconds } from '../parts/figures.ts'
import { SimpleTable } from '../parts/simple-table.tsx'
import type { Verdict } from './entry.ts'
import { useAuditText } from './text.ts'

const key = ['audit-verdict']

/** Whether the chain of the log is whole, and its anchors agree: asked for by hand, since it reads the whole log. */
export function Verification() {
  const t = useAuditText()
  const { get, set } = useAddress()
  const { data: verdict } = useQuery<Verdict | null>({
    queryKey: key,
    queryFn: () => null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const verify = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/audit/verify')),
    onMutate: () => set({ verify: '1' }),
    onSuccess: (found) => queries.setQueryData(key, found),
  })
  const tone = !verdict ? 'plain' : verdict.ok ? 'good' : 'bad'
  return (
    <>
      <Badge tone={tone}>{!verdict ? t('unverified') : verdict.ok ? t('verified') : t('broken')}</Badge>
      <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
        {t('verify')}
      </Button>
      {get('verify') === '1' && (verify.isPending || verify.error || verdict) && (
        <Dialog title={t('verify')} onClose={() => set({ verify: undefined })}>
          {verify.isPending && <p role="status">{t('verifying')}</p>}
          {verify.error && <ProblemNotice error={verify.error} />}
          {!verify.isPending && verdict && <VerdictWords verdict={verdict} />}
        </Dialog>
      )}
    </>
  )
}

function VerdictWords({ verdict }: { verdict: Verdict }) {
  const t = useAuditText()
  return (
    <>
      <Notice kind={verdict.ok ? 'good' : 'bad'}>
        <strong>
          {verdict.ok ? t('verified') : t('broken')} <Time at={verdict.verifiedAt} />
        </strong>
        <span>
          {t('verdict', {
            entries: verdict.entries,
            head: verdict.head.sequence,
            anchors: verdict.anchors.count,
            unanchored: verdict.unanchored,
            time: milliseconds(verdict.milliseconds),
          })}
        </span>
        {verdict.firstBadSequence !== null && (
          <span>{t('brokenWords', { sequence: verdict.firstBadSequence })}</span>
        )}
      </Notice>
      {verdict.faults.length > 0 && (
        <SimpleTable
          label={t('broken')}
          rows={verdict.faults.map((fault, index) => ({ ...fault, index }))}
          rowKey={({ index }) => String(index)}
          columns={[
            { title: t('sequence'), isNumber: true, cell: ({ sequence }) => sequence },
            { title: t('code'), cell: ({ kind }) => <code>{kind}</code> },
            { title: t('what'), cell: ({ detail }) => detail },
          ]}
        />
      )}
    </>
  )
}
