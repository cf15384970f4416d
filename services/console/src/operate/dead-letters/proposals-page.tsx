import { useNavigate } from 'react-router'
import { answer, api } from '../../api/api.ts'
import { useMay, useMe } from '../../session/session.ts'
import { useGeneralText } from '../../text/general.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { useAddress } from '../parts/address.ts'
import { Facts } from '../parts/facts.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { Listed } from '../parts/list.tsx'
import { startOver, usePages } from '../parts/pages.ts'
import { useOperateText } from '../text.ts'
import type { Proposal } from './letters.ts'
import { useLettersText } from './text.ts'

/** Edits and discards that wait for a second person, and what became of the others. */
export function Component() {
  const t = useLettersText()
  const o = useOperateText()
  const general = useGeneralText()
  const { get, set } = useAddress()
  const proposals = usePages<Proposal>(['dead-letters', 'proposals'], (query) =>
    answer(api.GET('/api/v1/dead-letters/proposals', { params: { query } })),
  )
  const verdict = get('action') === 'approve' ? 'approve' : 'reject'
  const chosen = get('action') ? proposals.rows.find(({ id }) => id === get('proposal')) : undefined
  return (
    <Page title={o('proposals')} actions={<LinkButton to="/operate/dead-letters">{t('title')}</LinkButton>}>
      <Listed
        error={proposals.error}
        isPending={proposals.isPending}
        isEmpty={proposals.rows.length === 0}
        onRetry={proposals.retry}
        emptyTitle={t('noProposals')}
        emptyWords={t('noProposalsWords')}
      >
        {proposals.rows.map((proposal) => (
          <OneProposal
            key={proposal.id}
            proposal={proposal}
            onDecide={(action) => set({ action, proposal: proposal.id })}
          />
        ))}
        {proposals.onEnd && <Button onClick={proposals.onEnd}>{general('loadMore')}</Button>}
      </Listed>
      {chosen && (
        <DecideDialog
          key={verdict}
          proposal={chosen}
          verdict={verdict}
          onClose={() => set({ action: undefined, proposal: undefined })}
        />
      )}
    </Page>
  )
}

function OneProposal({
  proposal,
  onDecide,
}: {
  proposal: Proposal
  onDecide: (action: 'approve' | 'reject') => void
}) {
  const t = useLettersText()
  const o = useOperateText()
  const me = useMe()
  const may = useMay()('operations:write')
  const isOwn = proposal.proposedBy === me.id
  const waits = proposal.status === 'proposed' && may
  const tone = { proposed: 'accent', approved: 'good', rejected: 'plain', expired: 'warn' } as const
  return (
    <Section
      title={`${t(`action_${proposal.action}`)}: ${proposal.summary}`}
      actions={
        waits && (
          <>
            <Button disabled={isOwn} title={isOwn ? t('own') : undefined} onClick={() => onDecide('approve')}>
              {t('approve')}
            </Button>
            <Button kind="danger" onClick={() => onDecide('reject')}>
              {isOwn ? t('takeBack') : t('reject')}
            </Button>
          </>
        )
      }
    >
      <Facts
        of={[
          [
            o('state'),
            <Badge key="state" tone={tone[proposal.status]}>
              {t(`proposal_${proposal.status}`)}
            </Badge>,
          ],
          [
            t('proposedBy'),
            <span key="by">
              {isOwn ? o('you') : <code>{proposal.proposedBy}</code>} <Time at={proposal.proposedAt} />
            </span>,
          ],
          [t('expires'), proposal.status === 'proposed' && <Time at={proposal.expiresAt} />],
          [t('days'), proposal.days],
          [
            t('task'),
            proposal.taskId && (
              <LinkButton to={`/operate/tasks/${proposal.taskId}`}>{o('followTask')}</LinkButton>
            ),
          ],
        ]}
      />
      {proposal.patch !== null && <JsonView label={t('changes')} value={proposal.patch} />}
    </Section>
  )
}

function DecideDialog({
  proposal,
  verdict,
  onClose,
}: {
  proposal: Proposal
  verdict: 'approve' | 'reject'
  onClose: () => void
}) {
  const t = useLettersText()
  const o = useOperateText()
  const navigate = useNavigate()
  return (
    <ActionDialog
      title={t(`action_${proposal.action}`)}
      confirm={t(verdict).replace('…', '')}
      danger={verdict === 'reject'}
      onClose={onClose}
      run={(key) => {
        const options = { params: { path: { id: proposal.id }, header: { 'idempotency-key': key } } }
        return answer(
          verdict === 'approve'
            ? api.POST('/api/v1/dead-letters/proposals/{id}/approve', options)
            : api.POST('/api/v1/dead-letters/proposals/{id}/reject', options),
        )
      }}
      onDone={async ({ taskId }) => {
        onClose()
        await startOver('dead-letters')
        if (taskId) navigate(`/operate/tasks/${taskId}?asked=1`)
        else toast(o('done'))
      }}
    >
      <p>{t(verdict === 'approve' ? 'approveWords' : 'rejectWords', { summary: proposal.summary })}</p>
    </ActionDialog>
  )
}
