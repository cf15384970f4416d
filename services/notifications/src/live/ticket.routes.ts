import { may } from '@alta/kit/auth/policy'
import { route } from '@alta/kit/http/route'
import { z } from 'zod'
import { TICKET_SECONDS, type Tickets } from './tickets.ts'

const ticketResource = z
  .object({
    ticket: z.string(),
    expiresIn: z.number().int().meta({ description: 'Seconds until it must have been used.' }),
    tokenExpiresAt: z.iso.datetime().meta({
      description: 'The connection is closed then, unless another ticket was sent over it.',
    }),
  })
  .meta({ id: 'LiveTicket' })

export const ticketRoutes = (tickets: Tickets) => [
  route({
    method: 'post',
    path: '/api/v1/notifications/tickets',
    summary: 'A ticket for live updates',
    description:
      'Opens one WebSocket at `/api/v1/notifications/live`: offer the subprotocols `alta.live.v1` and `ticket.<ticket>`. Good once.',
    tag: 'notifications',
    // It changes nothing that would have to be told of.
    question: true,
    policy: may('notifications:read'),
    answers: {
      200: { description: 'The ticket', schema: ticketResource },
      503: { description: 'Redis is away (`live_unavailable`)' },
    },
    handle: async ({ principal }) => {
      const { ticket, tokenEnds } = await tickets.issue(principal)
      return {
        status: 200,
        body: { ticket, expiresIn: TICKET_SECONDS, tokenExpiresAt: new Date(tokenEnds).toISOString() },
        headers: { 'cache-control': 'no-store' },
      }
    },
  }),
]
