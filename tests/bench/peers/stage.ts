import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestBroker } from '@alta/kit/testing/broker'
import { testConfig } from '@alta/kit/testing/config'
import { freePorts } from '@alta/kit/testing/daprd'
import { connect } from 'amqplib'
import pg from 'pg'
import { changeClient } from './change-client.ts'
import type { Counts, System } from './contestant.ts'
import { followEffects } from './effect-log.ts'
import { type Processes, processesIn } from './processes.ts'
import type { PeerSettings } from './settings.ts'

/** Tables of the two services of a peer. The effect counts, so that twice shows as 2. */
const SENDER = 'create table changes (id uuid primary key, text text not null)'
const RECEIVER = `
  create table effects (id uuid primary key, times integer not null default 1);
  create table inbox (id uuid primary key, handled_at timestamptz not null default now())`

export interface PeerOptions {
  /** Further SQL, for the sender's database and for the receiver's. */
  sender?: string
  receiver?: string
  broker: boolean
  start(processes: Processes, settings: PeerSettings): Promise<void>
}

/** Databases, vhost with a durable quorum queue, log and processes of one peer; gone when it is disposed of. */
export async function openPeer(options: PeerOptions): Promise<System> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'alta-bench-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const sender = await openDatabase(opened)
  await sender.query(SENDER + (options.sender ? `;${options.sender}` : ''))
  // A job queue in the database must see both in one transaction or at least one connection.
  const receiver = options.broker ? await openDatabase(opened) : sender
  await receiver.query(RECEIVER + (options.receiver ? `;${options.receiver}` : ''))

  const broker = options.broker ? opened.adopt(await createTestBroker(), (one) => one.close()).url : ''
  const queue = 'bench'
  if (broker) await declareQueue(broker, queue)
  const effectLog = join(folder, 'effects.log')
  const effects = opened.use(await followEffects(effectLog))
  const [port = 0] = await freePorts(1)
  const processes = opened.use(processesIn(folder))
  const settings = { port, sender: sender.url, receiver: receiver.url, broker, queue, effectLog }
  await options.start(processes, settings)
  const client = opened.use(await changeClient(port, () => processes.alive()))

  const closing = opened.move()
  return {
    commit: client.commit,
    effects,
    count: () => countRows(sender, receiver),
    databases: [...new Set([sender.url, receiver.url])],
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

async function countRows(sender: pg.Client, receiver: pg.Client): Promise<Counts> {
  const { rows: changes } = await sender.query<{ count: string }>('select count(*) from changes')
  const { rows: effects } = await receiver.query<{ count: string; twice: string }>(
    'select count(*), count(*) filter (where times > 1) as twice from effects',
  )
  return {
    changes: Number(changes[0]?.count),
    effects: Number(effects[0]?.count),
    twice: Number(effects[0]?.twice),
  }
}

async function declareQueue(url: string, queue: string): Promise<void> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  await connection.close()
}

async function openDatabase(opened: AsyncDisposableStack): Promise<pg.Client & { url: string }> {
  const name = `alta_test_bench_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name}`)
  opened.defer(() => asAdmin(`drop database if exists ${name} with (force)`))
  const url = new URL(testConfig.TEST_POSTGRES_URL)
  url.pathname = `/${name}`
  const client = opened.adopt(new pg.Client({ connectionString: url.href }), (one) => one.end())
  await client.connect()
  return Object.assign(client, { url: url.href })
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
