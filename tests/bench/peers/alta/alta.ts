import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appToken } from '@alta/kit/http/app-under-test'
import { createTestBroker } from '@alta/kit/testing/broker'
import { type Daprd, freePorts, startDaprd } from '@alta/kit/testing/daprd'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { type EffectsSchema, effectsMigrations } from '@alta/kit/testing/kit-fixture'
import { eventually } from '@alta/kit/testing/wait'
import { appId, byRelay } from '../../messaging/contracts.ts'
import { changeClient } from '../change-client.ts'
import type { Contestant, Counts, System } from '../contestant.ts'
import { type EffectLog, followEffects } from '../effect-log.ts'
import { type Processes, processesIn } from '../processes.ts'
import { receiver } from './contracts.ts'

export type Databases = Record<'senderDatabase' | 'receiverDatabase', TestDatabase<EffectsSchema>['settings']>

export interface AltaSettings extends Databases {
  port: number
  broker: string
  appPort: number
  effectLog: string
}

/** A receiving service with its sidecar, and what a sender needs. */
export interface AltaStage {
  broker: string
  settings: AltaSettings
  sender: TestDatabase<EffectsSchema>
  receiver: TestDatabase<EffectsSchema>
  daprd: Daprd
  effects: EffectLog
  processes: Processes
}

export async function openAltaStage(opened: AsyncDisposableStack, topic: string): Promise<AltaStage> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-bench-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const broker = opened.adopt(await createTestBroker(), (one) => one.close()).url
  const database = async (name: string) =>
    opened.adopt(await createTestDatabase<EffectsSchema>(name, effectsMigrations), (one) => one.close())
  const sender = await database(appId)
  const receiving = await database(receiver)
  const effectLog = join(folder, 'effects.log')
  const effects = opened.use(await followEffects(effectLog))
  const [port = 0, appPort = 0] = await freePorts(2)
  const settings: AltaSettings = {
    port,
    appPort,
    broker,
    effectLog,
    senderDatabase: sender.settings,
    receiverDatabase: receiving.settings,
  }
  const processes = opened.use(processesIn(folder))
  await processes.node(new URL('./receiver.ts', import.meta.url), settings)
  await eventually('the receiver listens', async () => {
    await processes.alive()
    return listens(appPort)
  })
  const daprd = opened.adopt(
    await startDaprd({ appId: receiver, appPort, appToken, rabbitmqUrl: broker, topics: [topic] }),
    (one) => one.stop(),
  )
  return { broker, settings, sender, receiver: receiving, daprd, effects, processes }
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
      .once('connect', () => resolve(true))
      .once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.end())
  })

export const alta: Contestant = {
  name: 'Alta',
  hop: 'broker',
  how: 'The kit: change and outbox row in one transaction, relay in the sender’s process, quorum queue, the receiver’s daprd, inbox row and effect in one gathered transaction, row-level security on; the receiver logs every event.',
  window: 1_000,
  async open(): Promise<System> {
    await using opened = new AsyncDisposableStack()
    const stage = await openAltaStage(opened, byRelay.topic)
    const { settings, sender, effects, processes } = stage
    await processes.node(new URL('./sender.ts', import.meta.url), settings)
    const client = opened.use(await changeClient(settings.port, () => processes.alive()))
    const closing = opened.move()
    return {
      commit: client.commit,
      effects,
      count: async () => ({ ...(await countEffects(stage)), changes: await countChanges(sender) }),
      databases: [sender, stage.receiver].map(({ admin }) => admin.options.connectionString ?? ''),
      [Symbol.asyncDispose]: () => closing.disposeAsync(),
    }
  },
}

async function countChanges({ admin }: TestDatabase<EffectsSchema>): Promise<number> {
  const { rows } = await admin.query<{ count: string }>('select count(*) from effects')
  return Number(rows[0]?.count)
}

export async function countEffects({ receiver: { admin } }: AltaStage): Promise<Omit<Counts, 'changes'>> {
  const { rows } = await admin.query<{ count: string; twice: string }>(
    'select count(*), count(*) filter (where times > 1) as twice from effects',
  )
  return { effects: Number(rows[0]?.count), twice: Number(rows[0]?.twice) }
}
