import type { Revocations } from '@alta/kit/auth/revocation'
import type { Database } from '@alta/kit/database/database'
import type { HealthCheck } from '@alta/kit/health/health'
import { edgeProof } from '@alta/kit/http/edge-proof'
import type { Route } from '@alta/kit/http/route'
import type { Repetition } from '@alta/kit/repeatedly'
import type { Config } from '../config.ts'
import type { NotificationsSchema } from '../database/schema.ts'
import { liveHints } from './live-hints.ts'
import { openLiveHub } from './live-hub.ts'
import { openLiveServer } from './live-server.ts'
import { openLiveStream } from './live-stream.ts'
import { membershipsOf } from './member.repository.ts'
import { type TellChanges, tellChanges } from './tell-changes.ts'
import { ticketRoutes } from './ticket.routes.ts'
import { openTickets } from './tickets.ts'

type LiveConfig = Pick<Config, 'REDIS_URL' | 'REDIS_KEY_PREFIX' | Extract<keyof Config, `LIVE_${string}`>>

export interface Live {
  port: number
  /** What was told before is known here: clients are let in from then on. */
  begun: Promise<void>
  routes: Route[]
  tell: TellChanges
  check: HealthCheck
  background: Repetition[]
  /** Sends everybody away; handlers of events can go on. */
  drain(milliseconds: number): Promise<void>
  close(): void
}

/** Live updates over WebSockets, put together (docs/live.md). */
export async function openLive(
  config: LiveConfig,
  database: Database<NotificationsSchema>,
  revocations: Pick<Revocations, 'refuse'>,
): Promise<Live> {
  const stream = openLiveStream(config, config.LIVE_KEPT_CHANGES)
  const hints = liveHints(stream)
  const tickets = openTickets(stream.redis, revocations)
  const hub = openLiveHub(
    stream,
    {
      kept: config.LIVE_KEPT_CHANGES,
      connections: config.LIVE_CONNECTIONS,
      connectionsOfUser: config.LIVE_CONNECTIONS_PER_USER,
    },
    (tenantId, userIds) => database.read(tenantId, (tx) => membershipsOf(tx, tenantId, userIds)),
    revocations,
  )
  const server = await openLiveServer({
    host: config.LIVE_HOST,
    port: config.LIVE_PORT,
    proof: edgeProof(config.LIVE_EDGE_KEY),
    tickets,
    hub,
    rules: { buffer: config.LIVE_BUFFER_BYTES, messagesPerSecond: config.LIVE_MESSAGES_PER_SECOND },
  })
  return {
    port: server.port,
    begun: hub.begun,
    routes: ticketRoutes(tickets),
    tell: tellChanges(hints),
    // Mails go on without it.
    check: {
      name: 'redis',
      needed: false,
      check: async () => {
        await stream.redis.ping()
        return undefined
      },
    },
    background: [
      { name: 'tell that live updates were dropped', everySeconds: 1, run: hints.makeUp },
      { name: 'read anew who belongs to which project', everySeconds: 60, run: hub.relearn },
      { name: 'end connections of ended sessions', everySeconds: 2, run: hub.endRevoked },
    ],
    async drain(milliseconds) {
      await server.close(milliseconds)
      await hints.settle()
    },
    close: stream.close,
  }
}
