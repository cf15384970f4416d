import { may } from '@alta/kit/auth/policy'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { presentProposal, proposalResource } from './action.resource.ts'
import type { ProposalService } from './proposal.service.ts'

const tag = 'dead letters'
const params = z.object({ id: z.uuid() })
const answers = {
  200: { description: 'The proposal as it is now', schema: proposalResource },
  403: { description: 'It is one’s own' },
  409: { description: 'It was decided already' },
  410: { description: 'Nobody has decided in time' },
} as const

/** Stand before the routes of one group, whose id would otherwise be `proposals`. */
export function proposalRoutes(proposals: ProposalService): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/dead-letters/proposals',
      summary: 'Edits and discards that somebody has proposed, newest first',
      tag,
      policy: may('operations:read'),
      query: z.object(pageQuery),
      answers: { 200: { description: 'Proposals', schema: listOf(proposalResource) } },
      handle: async ({ principal, query: { limit, cursor } }) => {
        const after = decodeCursor(params, cursor)?.id
        const found = await proposals.list(principal, { after, limit: limit + 1 })
        return { status: 200, body: pageOf(found, limit, presentProposal, ({ id }) => ({ id })) }
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/dead-letters/proposals/:id/approve',
      summary: 'Agree to a proposal of somebody else, and start it',
      tag,
      policy: may('operations:write'),
      idempotent: true,
      params,
      answers,
      handle: async ({ principal, params: { id } }) => ({
        status: 200,
        body: presentProposal(await proposals.approve(principal, id)),
      }),
    }),
    route({
      method: 'post',
      path: '/api/v1/dead-letters/proposals/:id/reject',
      summary: 'Refuse a proposal, or take one’s own back',
      tag,
      policy: may('operations:write'),
      idempotent: true,
      params,
      answers,
      handle: async ({ principal, params: { id } }) => ({
        status: 200,
        body: presentProposal(await proposals.reject(principal, id)),
      }),
    }),
  ]
}
