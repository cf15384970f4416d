import { createHash, randomBytes } from 'node:crypto'
import type { Permission } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import type { Revocations } from '@alta/kit/auth/revocation'
import { endOfToken } from '@alta/kit/auth/tokens'
import { unauthorized, unavailable } from '@alta/kit/errors'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type LiveKind, liveKind } from './live-entry.ts'

/** Seconds between asking for a ticket and using it. */
export const TICKET_SECONDS = 30

const holder = z.object({
  userId: z.uuid(),
  tenantId: z.uuid(),
  sessionId: z.string(),
  /** Of the user's tokens: see the kit's revocation.ts. */
  version: z.number(),
  /** What else the token ends with; none in a ticket of the release before this one. */
  origins: z.array(z.string()).readonly().optional(),
  /** What the token may read; that of an API key may be little. */
  kinds: z.array(liveKind),
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
   * @throws {Problem} 401 `ticket_invalid`, `session_ended`; 503 `live_unavailable`
   */
  redeem(ticket: string): Promise<Holder>
}

/** Tickets that any replica takes. Redis holds hashes: whoever reads it there cannot use one. */
export function openTickets(
  redis: Pick<Redis, 'set' | 'getdel'>,
  revocations: Pick<Revocations, 'refuse'>,
): Tickets {
  return {
    async issue({ userId, tenantId, sessionId, origins, permissions, token }) {
      const ticket = randomBytes(32).toString('base64url')
      const { ends: tokenEnds, version } = endOfToken(token)
      const kinds = liveKind.options.filter((kind) => permissions.has(readBy[kind]))
      const seesEveryProject = permissions.has('projects:any') || permissions.has('reviews:any')
      const value = JSON.stringify({
        ...{ userId, tenantId, sessionId, version, origins, kinds, seesEveryProject, tokenEnds },
      } satisfies Holder)
      await redis.set(keyOf(ticket), value, 'EX', TICKET_SECONDS).catch(away)
      return { ticket, tokenEnds }
    },
    async redeem(ticket) {
      const value = await redis.getdel(keyOf(ticket)).catch(away)
      const found = value === null ? undefined : holder.parse(JSON.parse(value))
      if (!found || found.tokenEnds <= Date.now()) {
        throw unauthorized('ticket_invalid', 'The ticket was used before, is too old, or never was one.')
      }
      await revocations.refuse(found)
      return found
    },
  }
}

const readBy: Readonly<Record<LiveKind, Permission>> = {
  document: 'documents:read',
  voice: 'documents:read',
  review: 'reviews:read',
  project: 'projects:read',
  task: 'tasks:read',
}

const keyOf = (ticket: string): string => `live:ticket:${createHash('sha256').update(ticket).digest('hex')}`

function away(cause: unknown): never {
  throw unavailable('live_unavailable', 'Live updates are not possible right now.', { cause })
}
