import { setTimeout as delay } from 'node:timers/promises'
import { queueOf } from '@alta/kit/events/names'
import { rabbitmqctl } from '@alta/kit/testing/broker'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import pg from 'pg'
import { readPlatform } from '../support/platform.ts'

/** The platform of the drill, and ways to what it rests on. */
export interface Scene {
  /** `.alta/instances/drill`. */
  readonly home: string
  /** Superuser on the database server. */
  readonly admin: pg.Pool
  /** Login role of a service. */
  readonly roleOf: (app: string) => string
  readonly brokerUrl: string
  readonly vhost: string
}

/** One thing that goes wrong, and the alert that has to say so. */
export interface Drill {
  readonly alert: string
  readonly what: string
  /** @returns how to make it good again; nothing where the platform does that by itself */
  begin(scene: Scene): Promise<(() => Promise<unknown>) | undefined>
}

export const drills: readonly Drill[] = [
  {
    alert: 'ServiceDown',
    what: 'documents stands still (SIGSTOP)',
    begin: async ({ home }) => standStill(home, 'documents'),
  },
  {
    alert: 'SidecarDown',
    what: 'the sidecar of reviews stands still (SIGSTOP)',
    begin: async ({ home }) => standStill(home, 'reviews-daprd'),
  },
  {
    alert: 'DatabaseUnavailable',
    what: 'the database refuses ocr',
    async begin({ admin, roleOf }) {
      const role = pg.escapeIdentifier(roleOf('ocr'))
      await admin.query(`alter role ${role} connection limit 0`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
        roleOf('ocr'),
      ])
      return () => admin.query(`alter role ${role} connection limit -1`)
    },
  },
  {
    alert: 'BrokerUnavailable',
    what: 'the broker refuses everybody',
    async begin({ vhost }) {
      await rabbitmqctl('set_vhost_limits', '-p', vhost, '{"max-connections": 0}')
      await rabbitmqctl('close_all_connections', '-p', vhost, 'a drill')
      return () => rabbitmqctl('clear_vhost_limits', '-p', vhost)
    },
  },
  {
    alert: 'QueueLost',
    what: 'somebody deletes the queue of ocr',
    async begin(scene) {
      await onChannel(scene, (channel) => channel.deleteQueue(queueOf('ocr', 'document.ocr-requested.v1')))
      return undefined
    },
  },
  {
    alert: 'DeadLettersGrowing',
    what: 'events that fit no contract come to reviews',
    async begin(scene) {
      await onChannel(scene, (channel) => {
        for (let count = 0; count < 20; count++)
          channel.publish('project.created.v1', '', Buffer.from('{"specversion":"1.0"'), {
            contentType: 'application/cloudevents+json',
          })
      })
      return undefined
    },
  },
  {
    alert: 'ProcessRestarts',
    what: 'the gateway is killed three times',
    async begin({ home }) {
      for (let kill = 0; kill < 3; kill++) {
        const { pid } = find(home, 'gateway')
        process.kill(pid, 'SIGKILL')
        await eventually('it runs again', () => find(home, 'gateway').pid !== pid, 60)
        // As long as a look of Prometheus takes: it sees starts, not ends.
        await delay(12_000)
      }
      return undefined
    },
  },
]

/** Everything ends at once and comes back in the order that chance has. */
export async function killAll({ home }: Pick<Scene, 'home'>): Promise<void> {
  const { processes } = readPlatform(home)
  for (const { pid, kind } of processes) if (kind === 'sidecar' && pid) process.kill(pid, 'SIGKILL')
  for (const { pid, kind } of processes) if (kind === 'service' && pid) process.kill(pid, 'SIGKILL')
  await eventually(
    'everything is ready again',
    () =>
      readPlatform(home).processes.every(
        ({ ready, name, pid }) => ready && pid !== processes.find((one) => one.name === name)?.pid,
      ),
    180,
  )
}

function find(home: string, name: string): { pid: number } {
  const pid = readPlatform(home).processes.find((one) => one.name === name)?.pid
  if (pid === undefined) throw new Error(`${name} does not run`)
  return { pid }
}

function standStill(home: string, name: string): () => Promise<unknown> {
  const { pid } = find(home, name)
  process.kill(pid, 'SIGSTOP')
  return async () => {
    // Whoever watches over it may have ended it meanwhile.
    if (find(home, name).pid === pid) process.kill(pid, 'SIGCONT')
  }
}

async function onChannel(
  { brokerUrl }: Scene,
  use: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>) => unknown,
): Promise<void> {
  const connection = await connect(brokerUrl)
  const channel = await connection.createChannel()
  await use(channel)
  await channel.close()
  await connection.close()
}
