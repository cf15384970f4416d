import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { unauthorized } from '@alta/kit/errors'
import { createApp } from '@alta/kit/http/app'
import { EDGE_PROOF_HEADER, edgeProof } from '@alta/kit/http/edge-proof'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { testConfig } from '@alta/kit/testing/config'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverTo, eventOf } from '@alta/kit/testing/deliver'
import type { Person } from '@alta/kit/testing/person'
import { eventually } from '@alta/kit/testing/wait'
import { Redis } from 'ioredis'
import { WebSocket } from 'ws'
import type { NotificationsSchema } from '../database/schema.ts'
import { sendingTracker } from '../messages/sending.ts'
import { subscriptions } from '../subscriptions.ts'
import { type Live, openLive } from './live.ts'
import { LIVE_PATH, LIVE_PROTOCOL } from './live-server.ts'
import { openLiveStream } from './live-stream.ts'

const edgeKey = 'only-for-tests-only-for-tests-only'

/** A token that says who it is of; nobody checks its signature here. */
const tokenOf = (who: Person, ends: number): string =>
  [{ alg: 'none' }, { ...who, exp: Math.ceil(ends / 1000) }, '']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')

async function principalOf(token: string): Promise<Principal> {
  const { userId, tenantId, roles } = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  ) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

interface Message {
  type: string
  at: string
  id?: string
  change?: string
  code?: string
  kind?: string
}

export interface LiveClient {
  socket: WebSocket
  messages: Message[]
  /** Ids of what it was told of, in order. */
  readonly changed: (string | undefined)[]
  /** Where it has come to. */
  readonly at: string
  closed: Promise<number>
}

type Limits = Partial<Parameters<typeof openLive>[0]>

/** Replicas of live updates over one PostgreSQL and one Redis. */
export async function startLive(limits: Limits = {}) {
  const test = await createTestDatabase<NotificationsSchema>(
    'notifications',
    new URL('../database/migrations/', import.meta.url),
  )
  const { database } = test
  const redisUrl = limits.REDIS_URL ?? testConfig.TEST_REDIS_URL
  const prefix = `test:${randomUUIDv7()}:`
  const config: Parameters<typeof openLive>[0] = {
    REDIS_URL: redisUrl,
    REDIS_KEY_PREFIX: prefix,
    LIVE_HOST: '127.0.0.1',
    LIVE_PORT: 0,
    LIVE_EDGE_KEY: edgeKey,
    LIVE_KEPT_CHANGES: 1_000,
    LIVE_CONNECTIONS: 5_000,
    LIVE_CONNECTIONS_PER_USER: 5,
    LIVE_MESSAGES_PER_SECOND: 5,
    LIVE_BUFFER_BYTES: 65_536,
    ...limits,
  }
  const replicas: Live[] = []
  const ended = new Set<string>()
  const stream = openLiveStream(config, config.LIVE_KEPT_CHANGES)
  const start = async (): Promise<Live> => {
    const live = await openLive(config, database, {
      refuse: async ({ sessionId, userId }) => {
        if (ended.has(userId)) throw unauthorized('session_ended', `${sessionId} is over`)
      },
    })
    replicas.push(live)
    await live.begun
    return live
  }
  const first = await start()
  const server = createServer(
    createApp({
      appId: 'notifications',
      appToken: 'a token of the sidecar',
      routes: first.routes,
      verifyToken: principalOf,
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on a TCP port.
  const { port } = server.address() as AddressInfo

  const deliver = deliverTo(
    database,
    subscriptions(
      {
        database,
        mailer: { send: () => Promise.reject(new Error('nobody writes mails here')) } as never,
        sending: sendingTracker(),
        publicUrl: undefined,
        tokenKey: edgeKey,
      },
      first.tell,
    ),
  )

  async function ticket(who: Person, ends = Date.now() + 600_000): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/notifications/tickets`, {
      method: 'POST',
      headers: { 'dapr-api-token': 'a token of the sidecar', authorization: `Bearer ${tokenOf(who, ends)}` },
    })
    if (response.status !== 200) throw new Error(`no ticket: ${await response.text()}`)
    return ((await response.json()) as { ticket: string }).ticket
  }

  interface ConnectOptions {
    replica?: Live
    after?: string
    ticket?: string
    proof?: string
    ends?: number
  }

  function open(bought: string, { replica = first, after, proof }: ConnectOptions): WebSocket {
    const search = after === undefined ? '' : `?after=${encodeURIComponent(after)}`
    return new WebSocket(
      `ws://127.0.0.1:${replica.port}${LIVE_PATH}${search}`,
      [LIVE_PROTOCOL, `ticket.${bought}`],
      { headers: { [EDGE_PROOF_HEADER]: proof ?? edgeProof(edgeKey).prove(bought) } },
    )
  }

  return {
    first,
    /** Users whose sessions are over. */
    ended,
    start,
    ticket,
    database,
    /** Past row-level security. */
    admin: test.admin,
    deliver: (event: CloudEvent) => deliver(event),

    tell: <Data>(contract: EventContract<Data>, data: NoInfer<Data>, more: Partial<CloudEvent> = {}) =>
      deliver(eventOf(contract, data, more)),

    /** A change of so many characters, as no event is. */
    flood: (projectId: string, length: number) => {
      const change = { kind: 'project', id: projectId, change: 'x'.repeat(length), projectId } as const
      return stream.append({
        type: 'change',
        event: randomUUIDv7(),
        tenantId: DEFAULT_TENANT,
        to: { projectId },
        change: { ...change, time: new Date().toISOString() },
      })
    },

    /** A project of somebody's. */
    async project(owner: Person): Promise<string> {
      const projectId = randomUUIDv7()
      const { name, language, review } = projectCreated.example
      const event = eventOf(
        projectCreated,
        { projectId, name, language, review, ownerId: owner.userId },
        { tenantid: owner.tenantId, sequence: '1' },
      )
      if ((await deliver(event)) !== 'SUCCESS') throw new Error('the project was not taken')
      return projectId
    },

    /** Connects and waits until it is told that it is. */
    async connect(who: Person, options: ConnectOptions = {}): Promise<LiveClient> {
      const socket = open(options.ticket ?? (await ticket(who, options.ends)), options)
      const messages: Message[] = []
      socket.on('message', (data) => messages.push(JSON.parse(String(data))))
      const closed = new Promise<number>((resolve) => socket.once('close', resolve))
      await once(socket, 'open')
      await eventually('it is ready', async () => messages.length > 0)
      return {
        socket,
        messages,
        closed,
        get changed() {
          return messages.filter(({ type }) => type === 'change').map(({ id }) => id)
        },
        get at() {
          return messages.findLast(({ at }) => at !== undefined)?.at ?? ''
        },
      }
    },

    /** What a connection that is not let in is answered. */
    async refused(who: Person, options: ConnectOptions = {}): Promise<{ status: number; code: string }> {
      const socket = open(options.ticket ?? (await ticket(who)), options)
      socket.on('error', () => undefined)
      const [, response] = await once(socket, 'unexpected-response')
      let text = ''
      for await (const chunk of response) text += String(chunk)
      return { status: response.statusCode, code: JSON.parse(text).code }
    },

    async close() {
      await Promise.all(replicas.map((live) => live.drain(0)))
      for (const live of replicas) live.close()
      stream.stopReading()
      stream.close()
      server.closeAllConnections()
      server.close()
      const redis = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 0 })
      redis.on('error', () => undefined)
      await redis.keys(`${prefix}*`).then(
        (keys) => keys.length && redis.del(...keys),
        () => undefined,
      )
      redis.disconnect()
      await test.close()
    },
  }
}

export type TestLive = Awaited<ReturnType<typeof startLive>>
