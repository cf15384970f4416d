import { createHash, randomBytes } from 'node:crypto'
import type { Principal } from '@alta/kit/auth/principal'
import { endOfToken } from '@alta/kit/auth/tokens'
import { unauthorized, unavailable } from '@alta/kit/errors'
import type { Redis } from 'ioredis'
import { z } from 'zod'

/** Seconds between asking for a ticket and using it. */
export const TICKET_SECONDS = 30

const holder = z.object({
  userId: z.uuid(),
  tenantId: z.uuid(),
  /** Hears of every project of the tenant, member or not. */
  seesEveryProject: z.boolean(),
  /** Milliseconds since 1970: when the access token ends that the ticket was bought with. */
  tokenEnds: z.number(),
})

/** Who may listen, and until when. */
export type Holder = z.output<typeof holder>

export interface Tickets {
  /** @throws {Problem} 503 `live_unavailable` */
  issue(principal: Principal): Promise<{ ticket: string; tokenEnds: number }>
  /**
   * Takes a ticket, which is void from then on.
   * @throws {Problem} 401 `ticket_invalid`, 503 `live_unavailable`
   */
  redeem(ticket: string): Promise<Holder>
}

/** Tickets that any replica takes. Redis holds hashes: whoever reads it there cannot use one. */
export function openTickets(redis: Pick<Redis, 'set' | 'getdel'>): Tickets {
  return {
    async issue({ userId, tenantId, permissions, token }) {
      const ticket = randomBytes(32).toString('base64url')
      const tokenEnds = endOfToken(token)
      const seesEveryProject = permissions.has('projects:any') || permissions.has('reviews:any')
      const value = JSON.stringify({ userId, tenantId, seesEveryProject, tokenEnds } satisfies Holder)
      await redis.set(keyOf(ticket), value, 'EX', TICKET_SECONDS).catch(away)
      return { ticket, tokenEnds }
    },
    async redeem(ticket) {
      const value = await redis.getdel(keyOf(ticket)).catch(away)
      const found = value === null ? undefined : holder.parse(JSON.parse(value))
      if (!found || found.tokenEnds <= Date.now()) {
        throw unauthorized('ticket_invalid', 'The ticket was used before, is too old, or never was one.')
      }
      return found
    },
  }
}

const keyOf = (ticket: string): string => `live:ticket:${createHash('sha256').update(ticket).digest('hex')}`

function away(cause: unknown): never {
  throw unavailable('live_unavailable', 'Live updates are not possible right now.', { cause })
}
