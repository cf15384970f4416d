import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { permissionsOf } from '@alta/kit/auth/permissions'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { amqpTransport } from '@alta/kit/events/amqp-transport'
import { createRelay } from '@alta/kit/events/relay'
import { readTopology } from '@alta/kit/events/topology'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestBroker } from '@alta/kit/testing/broker'
import { testConfig } from '@alta/kit/testing/config'
import { freePorts, startDaprd } from '@alta/kit/testing/daprd'
import { createTestDatabase } from '@alta/kit/testing/database'
import { type EffectsSchema, effectsMigrations, quickBroker } from '@alta/kit/testing/kit-fixture'
import { eventually } from '@alta/kit/testing/wait'
import { Redis } from 'ioredis'
import { WebSocket } from 'ws'
import { openTickets } from '../../services/notifications/src/live/tickets.ts'
import { short } from './config.ts'
import { milliseconds, now, percentile } from './figures.ts'
import type { Section } from './report.ts'

const CLIENTS = 1_000
const CHANGES = short ? 10 : 30
const root = new URL('../../', import.meta.url)
const key = 'only-for-benches-only-for-benches'

/** From the commit of a document's change to a thousand clients: relay, broker, sidecar, inbox, Redis, gateway. */
export async function benchLive(): Promise<Section> {
  await using opened = new AsyncDisposableStack()
  const broker = opened.adopt(await createTestBroker(), (one) => one.close())
  const migrations = new URL('services/notifications/src/database/migrations/', root)
  const own = opened.adopt(await createTestDatabase('notifications', migrations), (one) => one.close())
  const documents = opened.adopt(
    await createTestDatabase<EffectsSchema>('documents', effectsMigrations),
    (one) => one.close(),
  )
  const prefix = `bench-live:${randomUUID()}:`
  const redis = opened.adopt(new Redis(testConfig.TEST_REDIS_URL, { keyPrefix: prefix }), async (one) => {
    // Tickets end by themselves.
    await one.del('live:stream', 'live:state')
    one.disconnect()
  })
  const [app = 0, live = 0, gateway = 0, internal = 0, nothing = 0] = await freePorts(5)

  const start = async (service: string, environment: Record<string, string>, port: number) => {
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: fileURLToPath(new URL(`services/${service}/`, root)),
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        LOG_LEVEL: 'error',
        DAPR_HTTP_PORT: String(nothing),
        REDIS_URL: testConfig.TEST_REDIS_URL,
        REDIS_KEY_PREFIX: prefix,
        LIVE_EDGE_KEY: key,
        ...environment,
      },
    })
    opened.defer(async () => {
      const gone = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGKILL')) await gone
    })
    await eventually(`${service} listens`, async () => {
      if (child.exitCode !== null) throw new Error(`${service} ended with ${child.exitCode}`)
      return (await fetch(`http://127.0.0.1:${port}/health/live`)).ok
    })
  }
  const database = Object.entries(own.settings).map(([name, value]) => [name, String(value)])
  await start(
    'notifications',
    {
      ...Object.fromEntries(database),
      RABBITMQ_URL: broker.url,
      APP_PORT: String(app),
      APP_API_TOKEN: key,
      MAIL_TOKEN_KEY: key,
      SMTP_HOST: 'localhost',
      LIVE_PORT: String(live),
    },
    app,
  )
  await start(
    'gateway',
    {
      APP_PORT: String(internal),
      GATEWAY_PORT: String(gateway),
      GATEWAY_LIVE_URLS: `http://127.0.0.1:${live}`,
      GATEWAY_LIVE_PER_ADDRESS: String(CLIENTS),
      GATEWAY_LIMIT_ADDRESS: '5000/s burst 10000',
    },
    internal,
  )

  const whole = readTopology('')
  const queues = whole.queues.filter((queue) => queue.app === 'notifications')
  const topics = queues.map(({ topic }) => topic)
  const transport = amqpTransport({
    url: broker.url,
    topology: {
      exchanges: topics,
      owners: {},
      queues,
      bindings: queues.map(({ name, topic }) => ({ exchange: topic, to: 'queue', name })),
    },
  })
  const relay = opened.adopt(
    createRelay({ pool: documents.database.pool, transport, settings: quickBroker(broker.url) }),
    (one) => one.stop(),
  )
  relay.start()
  documents.database.publishThrough(relay)
  await eventually('the relay is connected', () => relay.ready)
  opened.adopt(
    await startDaprd({
      appId: 'notifications',
      appPort: app,
      appToken: key,
      rabbitmqUrl: broker.url,
      topics,
    }),
    (one) => one.stop(),
  )

  const projectId = randomUUIDv7()
  const users = Array.from({ length: CLIENTS }, () => randomUUIDv7())
  await own.admin.query(
    `insert into members (user_id, project_id, tenant_id, sequence)
     select user_id, $1, $2, 1 from unnest($3::uuid[]) user_id`,
    [projectId, DEFAULT_TENANT, users],
  )
  const committed = new Map<string, number>()
  const delays: number[] = []
  const sockets = await connectAll(users, redis, gateway, (id) => {
    const at = committed.get(id)
    if (at !== undefined) delays.push(now() - at)
  })
  opened.defer(() => {
    for (const socket of sockets) socket.terminate()
  })

  const change = async (count: boolean): Promise<void> => {
    const documentId = randomUUIDv7()
    const before = delays.length
    await documents.database.transaction(DEFAULT_TENANT, async ({ emit }) =>
      emit(documentApproved, { ...documentApproved.example, documentId, projectId }),
    )
    if (!count) return
    committed.set(documentId, now())
    await eventually('everybody has been told', () => delays.length === before + CLIENTS)
  }
  // The first wakes queues and connections.
  for (let warm = 0; warm < 3; warm++) await change(false)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  for (let count = 0; count < CHANGES; count++) await change(true)

  return {
    title: 'Live updates: from commit to client',
    columns: ['clients', 'changes', 'told', 'p50, ms', 'p95, ms', 'p99, ms', 'last of all, ms'],
    rows: [
      [
        String(CLIENTS),
        String(CHANGES),
        String(delays.length),
        ...[0.5, 0.95, 0.99].map((part) => milliseconds(percentile(delays, part))),
        milliseconds(Math.max(...delays)),
      ],
    ],
    notes: [
      'One change after the other, each to members of one project. The time runs from the return of the commit at the publisher to the message in the client, over the relay, RabbitMQ, a sidecar, the inbox of notifications, its Redis stream, its WebSockets and the gateway, each a process of its own; all thousand clients are one process on the same machine.',
    ],
  }
}

async function connectAll(
  users: readonly string[],
  redis: Redis,
  port: number,
  told: (id: string) => void,
): Promise<WebSocket[]> {
  const tickets = openTickets(redis, { refuse: async () => undefined })
  const sockets: WebSocket[] = []
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none' })}.${part({ exp: Math.ceil(Date.now() / 1_000) + 3_600 })}.`
  for (let first = 0; first < users.length; first += 20) {
    await Promise.all(
      users.slice(first, first + 20).map(async (userId) => {
        const permissions = permissionsOf([], DEFAULT_TENANT)
        const who = { userId, tenantId: DEFAULT_TENANT, sessionId: 'bench', roles: [], permissions, token }
        const { ticket } = await tickets.issue(who)
        const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/notifications/live`, [
          'alta.live.v1',
          `ticket.${ticket}`,
        ])
        sockets.push(socket)
        const ready = once(socket, 'message')
        await once(socket, 'open')
        await ready
        socket.on('message', (data) => {
          const message = JSON.parse(String(data))
          if (message.type === 'change') told(message.id)
        })
      }),
    )
  }
  return sockets
}
