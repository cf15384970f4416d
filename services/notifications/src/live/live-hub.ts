import { setTimeout as delay } from 'node:timers/promises'
import type { Revocations } from '@alta/kit/auth/revocation'
import { Problem, tooManyRequests, unavailable } from '@alta/kit/errors'
import { log } from '@alta/kit/telemetry/log'
import { openAudience } from './audience.ts'
import { liveMetrics } from './live.metrics.ts'
import type { LiveConnection } from './live-connection.ts'
import type { LiveEntry } from './live-entry.ts'
import { type FedEntry, openLiveFeed, type Position } from './live-feed.ts'
import { compareIds, type LiveStream } from './live-stream.ts'
import type { Membership } from './member.repository.ts'
import type { Holder } from './tickets.ts'

export interface HubRules {
  /** Changes that are remembered for those who come back. */
  kept: number
  connections: number
  connectionsOfUser: number
}

/** Changes that somebody who comes back is told of one by one; to look at everything anew is quicker than more. */
const MOST_REPLAYED = 500

/** Between attempts to read who belongs to which project, while the database is away. */
const RELEARN_MS = 1_000

interface Client {
  connection: LiveConnection
  /** Up to where it was told. */
  told: string
}

/** Everybody who is connected to this replica, and what they are told. */
export function openLiveHub(
  stream: LiveStream,
  rules: HubRules,
  memberships: (tenantId: string, userIds: readonly string[]) => Promise<readonly Membership[]>,
  revocations: Pick<Revocations, 'refuse'>,
) {
  const audience = openAudience()
  const clients = new Set<Client>()
  const windowsOf = new Map<string, number>()
  let draining = false
  /** How often the stream had gaps, and whether the last of them is still to be made up for. */
  let misses = 0
  let doubting = false

  const feed = openLiveFeed(stream, rules.kept, {
    told(fed) {
      audience.follow(fed.entry)
      const message = messageOf(fed)
      let heard = false
      for (const client of clients) heard = tell(client, fed, message) || heard
      if (heard && fed.entry.type === 'change') {
        liveMetrics.delay.observe(Math.max(0, Date.now() - Date.parse(fed.entry.change.time)) / 1000)
      }
    },
    missed() {
      misses++
      if (!doubting) void learnAnew()
    },
  })

  /** Somebody may have been removed from a project by what was missed: until that is known nobody is told anything. */
  async function learnAnew(): Promise<void> {
    doubting = true
    let known = 0
    while (known !== misses && !draining) {
      const upTo = misses
      try {
        await relearn()
        known = upTo
      } catch (error) {
        log.warn({ err: error }, 'could not read memberships anew')
        await delay(RELEARN_MS)
      }
    }
    doubting = false
    const at = feed.position()
    if (at) for (const client of clients) refresh(client, at)
  }

  /** What the stream has told of people is in the database as well, also where the stream was lost. */
  async function relearn(): Promise<void> {
    const holders = [...clients].map(({ connection }) => connection.holder)
    for (const [tenantId, some] of Map.groupBy(holders, (holder) => holder.tenantId)) {
      audience.learnAll(await memberships(tenantId, [...new Set(some.map(({ userId }) => userId))]))
    }
  }

  const concerns = (holder: Holder, entry: LiveEntry): boolean =>
    entry.type === 'change'
      ? holder.kinds.includes(entry.change.kind) && audience.mayHear(holder, entry)
      : entry.type === 'membership' && entry.userId === holder.userId && entry.tenantId === holder.tenantId

  /** @returns whether it hears of it */
  function tell(client: Client, { at, entry }: FedEntry, message: string): boolean {
    if (doubting) return false
    // Whoever was connected to a replica that is ahead of this one may have been told already.
    if (!concerns(client.connection.holder, entry) || compareIds(at.id, client.told) <= 0) return false
    client.told = at.id
    client.connection.send(message)
    liveMetrics.sent.inc()
    return true
  }

  function refresh(client: Client, at: Position): void {
    client.told = at.id
    client.connection.say({ type: 'refresh', at: writePosition(at) })
  }

  /** What a client has missed, or that it must look at everything anew. */
  function catchUp(client: Client, after: Position, now: Position): void {
    const missed = feed.since(after)
    const { tenantId } = client.connection.holder
    // Whose project it was is not known any more.
    const lost = missed?.some(({ entry }) => entry.type === 'project-deleted' && entry.tenantId === tenantId)
    if (!missed || lost) {
      refresh(client, now)
      return
    }
    const { holder } = client.connection
    // Which of them concern this client; all at once would make it a slow one.
    if (missed.filter(({ entry }) => concerns(holder, entry)).length > MOST_REPLAYED) {
      refresh(client, now)
      return
    }
    client.told = after.id
    for (const fed of missed) tell(client, fed, messageOf(fed))
  }

  return {
    begun: feed.begun,
    relearn,

    /** @throws {Problem} 429 `too_many_connections`, 503 `live_unavailable` */
    admit({ userId }: Holder): void {
      if (draining || !feed.position() || clients.size >= rules.connections) {
        throw unavailable('live_unavailable', 'Live updates are not possible here right now.')
      }
      if ((windowsOf.get(userId) ?? 0) >= rules.connectionsOfUser) {
        throw tooManyRequests(
          'too_many_connections',
          `You have ${rules.connectionsOfUser} connections already. Close one first.`,
          { headers: { 'retry-after': '5' } },
        )
      }
    },

    /**
     * Learns what somebody may hear of, before they are let in.
     * @returns forgets it again
     */
    async prepare(holder: Holder): Promise<() => void> {
      const leave = audience.enter(holder)
      try {
        audience.learnAll(await memberships(holder.tenantId, [holder.userId]))
      } catch (error) {
        leave()
        throw error
      }
      return leave
    },

    /**
     * @param after where the client was before it lost its connection
     * @returns to be called when it is closed
     */
    enter(connection: LiveConnection, after: Position | undefined): () => void {
      const { userId, tokenEnds } = connection.holder
      const at = feed.position() ?? { epoch: '', id: '0-0' }
      const client = { connection, told: at.id }
      clients.add(client)
      windowsOf.set(userId, (windowsOf.get(userId) ?? 0) + 1)
      liveMetrics.connections.set(clients.size)
      connection.say({
        type: 'ready',
        at: writePosition(after ?? at),
        expiresAt: new Date(tokenEnds).toISOString(),
      })
      if (after) catchUp(client, after, at)
      return () => {
        clients.delete(client)
        liveMetrics.connections.set(clients.size)
        const left = (windowsOf.get(userId) ?? 1) - 1
        if (left > 0) windowsOf.set(userId, left)
        else windowsOf.delete(userId)
      }
    },

    /** Ends connections whose session, or user, was signed out meanwhile. */
    async endRevoked(): Promise<void> {
      for (const { connection } of clients) {
        await revocations.refuse(connection.holder).catch((error: unknown) => {
          if (error instanceof Problem && error.status === 401) connection.end('token_ended')
        })
      }
    },

    /** Looks who is still there, and tells them where they are: who hears of little would soon be too far behind. */
    beat(): void {
      const at = feed.position()
      for (const { connection, told } of clients) {
        connection.beat()
        if (at && told !== at.id) connection.say({ type: 'position', at: writePosition(at) })
      }
    },

    /** Sends everybody away over so many milliseconds, so that they do not all come back at once. */
    async drain(milliseconds: number): Promise<void> {
      draining = true
      const leaving = [...clients]
      for (const { connection } of leaving) {
        connection.say({ type: 'reconnect', afterMs: Math.floor(Math.random() * milliseconds) })
      }
      for (const [index, { connection }] of leaving.entries()) {
        connection.end('draining')
        if (index % 50 === 49) await delay((50 * milliseconds) / leaving.length)
      }
      await feed.stop()
    },
  }
}

export type LiveHub = ReturnType<typeof openLiveHub>

const messageOf = ({ at, entry }: FedEntry): string => {
  const change =
    entry.type === 'change'
      ? entry.change
      : entry.type === 'membership' && {
          kind: 'project',
          id: entry.projectId,
          change: entry.member ? 'member-added' : 'member-removed',
        }
  return JSON.stringify({ type: 'change', at: writePosition(at), ...change } satisfies ChangeMessage)
}

type ChangeMessage = { type: 'change'; at: string } & Partial<
  Extract<LiveEntry, { type: 'change' }>['change'] | { kind: string; id: string; change: string }
>

const writePosition = ({ epoch, id }: Position): string => `${epoch}.${id}`

const positionForm = /^([0-9a-f]{1,16})\.(\d{1,15}-\d{1,15})$/

/** @returns undefined for what is no position */
export function readPosition(text: string): Position | undefined {
  const [, epoch, id] = positionForm.exec(text) ?? []
  return epoch === undefined || id === undefined ? undefined : { epoch, id }
}
