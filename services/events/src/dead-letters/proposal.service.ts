import type { Database } from '@alta/kit/database/database'
import { conflict, forbidden, gone, notFound } from '@alta/kit/errors'
import { type Caller, requestTask } from './action.service.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { decideProposal, findProposals, lockProposal, type Proposal } from './proposal.repository.ts'

/** Edits and discards that wait for a second person. */
export function proposalService(database: Database<DeadLettersSchema>) {
  /** @throws {Problem} 404, 403 `own_proposal`, 409 `proposal_decided`, 410 `proposal_expired` */
  const decide = (caller: Caller, id: string, verdict: 'approved' | 'rejected'): Promise<Proposal> =>
    database.transaction(caller.tenantId, async ({ tx, emit }) => {
      const proposal = await lockProposal(tx, id)
      if (!proposal) throw notFound('proposal_not_found', 'There is no such proposal.')
      if (proposal.status !== 'proposed') {
        throw conflict('proposal_decided', `It was ${proposal.status} already.`)
      }
      if (proposal.expired) throw gone('proposal_expired', 'Nobody has decided in time. Propose it again.')
      // Taking one's own proposal back needs nobody else.
      if (verdict === 'approved' && proposal.proposed_by === caller.userId) {
        throw forbidden('own_proposal', 'You have proposed this; somebody else has to agree.')
      }
      if (verdict === 'approved') {
        requestTask(emit, {
          taskId: proposal.task_id,
          type: `dead-letter-${proposal.action}`,
          params: { proposal: id },
          actor: { userId: proposal.proposed_by, tenantId: caller.tenantId },
        })
      }
      return decideProposal(tx, id, verdict, caller.userId)
    })

  return {
    list: (caller: Caller, wanted: { after: string | undefined; limit: number }): Promise<Proposal[]> =>
      database.read(caller.tenantId, (tx) => findProposals(tx, wanted)),
    approve: (caller: Caller, id: string) => decide(caller, id, 'approved'),
    reject: (caller: Caller, id: string) => decide(caller, id, 'rejected'),
  }
}

export type ProposalService = ReturnType<typeof proposalService>
