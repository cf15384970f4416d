import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateService } from '@alta/kit/database/migrate'
import { assertTopology, type Topology } from '@alta/kit/events/topology'
import { type Daprd, freePorts, startDaprd } from '@alta/kit/testing/daprd'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import pg from 'pg'
import { consumerTopics, faultTopology } from './contracts.ts'
import { type Hop, startHop } from './hop.ts'
import { type Kept, keep, nodeProgram } from './process.ts'
import {
  adminPool,
  type BreakableBroker,
  type BreakablePostgres,
  startBroker,
  startPostgres,
} from './servers.ts'

const appToken = 'token of the fault suite'

/** Everything a fault can break: servers, processes and the network between them, all of the suite's own. */
export interface Stage extends AsyncDisposable {
  readonly postgres: BreakablePostgres
  readonly broker: BreakableBroker
  /** What producer and consumer reach PostgreSQL and the broker through; daprd reaches the broker through its own. */
  readonly toPostgres: Hop
  readonly toBroker: Hop
  readonly daprdToBroker: Hop
  readonly producer: Kept
  readonly consumer: Kept
  /** Sidecar of the consumer. */
  readonly daprd: Daprd
  /** As superuser, with the tables of both services on its search path. */
  readonly admin: pg.Pool
  /** Address of the producer and what it must be shown. */
  readonly producerUrl: string
  readonly appToken: string
  /** Environment of the two services, for a start with something added. */
  readonly environment: { producer: Record<string, string>; consumer: Record<string, string> }
  /** Both are ready, from outside and in. */
  ready(): Promise<void>
}

/** How the producer's events reach the broker; `dapr-unproved` takes daprd's 204 for proof, which it is not. */
export const transports = ['amqp', 'dapr', 'dapr-unproved'] as const
export type TransportWord = (typeof transports)[number]

export interface StageOptions {
  readonly transport?: TransportWord
  /** `-c` options of PostgreSQL. */
  readonly postgres?: readonly string[]
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'alta-faults-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const postgres = await startPostgres(opened, options.postgres)
  const broker = await startBroker(opened)
  const toPostgres = opened.use(await startHop(postgres.port))
  const toBroker = opened.use(await startHop(broker.port))
  const daprdToBroker = opened.use(await startHop(broker.port))

  await migrate(postgres, 'producer', new URL('../producer/migrations/', import.meta.url))
  await migrate(postgres, 'consumer', new URL('../consumer/migrations/', import.meta.url))
  const admin = adminPool(`${postgres.url('alta')}?options=-c%20search_path%3Dproducer,consumer`)
  opened.defer(() => admin.end())
  const { transport = 'amqp' } = options
  const topology = faultTopology({ witnessed: transport === 'amqp' })
  await declare(broker, topology)

  const topologyFile = join(folder, 'topology.json')
  await writeFile(topologyFile, JSON.stringify(topology))
  const [producerPort = 0, consumerPort = 0] = await freePorts(2)
  const brokerUrl = (port: number) => `amqp://guest:guest@127.0.0.1:${port}`
  const common = {
    PATH: process.env.PATH ?? '',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    APP_API_TOKEN: appToken,
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: String(toPostgres.port),
    POSTGRES_DB: 'alta',
    RABBITMQ_URL: brokerUrl(toBroker.port),
    TOPOLOGY_FILE: topologyFile,
    OUTBOX_PROCESSING_INTERVAL: '1',
    OUTBOX_MAX_RETRIES: '20',
    OUTBOX_RETRY_DELAY: '1',
    INBOX_MAX_RETRIES: '3',
    INBOX_RETRY_DELAY: '1',
  }
  const consumerEnvironment = { ...common, APP_PORT: String(consumerPort), POSTGRES_USER: 'consumer' }
  const consumer = keep(
    'consumer',
    nodeProgram('../consumer/main.ts'),
    consumerEnvironment,
    join(folder, 'consumer.log'),
  )
  consumer.start()
  opened.defer(() => consumer.stop())
  const daprd = opened.adopt(
    await startDaprd({
      appId: 'consumer',
      appPort: consumerPort,
      appToken,
      rabbitmqUrl: brokerUrl(daprdToBroker.port),
      topics: consumerTopics,
      // The producer may publish through it too.
      components: [await readFile(new URL('../../../dapr/components/pubsub.yaml', import.meta.url), 'utf8')],
      namespace: `faults-${randomBytes(4).toString('hex')}`,
    }),
    (one) => one.stop(),
  )
  // The producer's own readiness asks for a sidecar; it calls nobody, so the consumer's will do.
  const sidecar = { DAPR_HTTP_PORT: new URL(daprd.url).port, DAPR_API_TOKEN: daprd.apiToken }
  const producerEnvironment = {
    ...common,
    ...sidecar,
    OUTBOX_TRANSPORT: transport === 'amqp' ? 'amqp' : 'dapr',
    ...(transport === 'dapr-unproved' ? { FAULTS_UNPROVED: 'true' } : {}),
    APP_PORT: String(producerPort),
    POSTGRES_USER: 'producer',
  }
  const producer = keep(
    'producer',
    nodeProgram('../producer/main.ts'),
    producerEnvironment,
    join(folder, 'producer.log'),
  )
  producer.start()
  opened.defer(() => producer.stop())

  const answers = async (port: number) =>
    (await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) })).ok
  const ready = async () => {
    await eventually(
      'producer and consumer answer',
      async () => (await answers(producerPort)) && answers(consumerPort),
      60,
    )
  }
  await ready()
  const closing = opened.move()
  return {
    postgres,
    broker,
    toPostgres,
    toBroker,
    daprdToBroker,
    producer,
    consumer,
    daprd,
    admin,
    producerUrl: `http://127.0.0.1:${producerPort}`,
    appToken,
    environment: { producer: producerEnvironment, consumer: consumerEnvironment },
    ready,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

async function migrate(postgres: BreakablePostgres, app: string, folder: URL): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url() })
  await client.connect()
  try {
    const { rows } = await client.query(`select 1 from pg_database where datname = 'alta'`)
    if (rows.length === 0) await client.query('create database alta')
    await client.query(`create role ${app} login`)
  } finally {
    await client.end()
  }
  await migrateService({ connectionString: postgres.url('alta'), appId: app, folder, role: app })
}

async function declare(broker: BreakableBroker, topology: Topology): Promise<void> {
  const connection = await connect(broker.url)
  try {
    await assertTopology(connection, topology)
  } finally {
    await connection.close()
  }
}
