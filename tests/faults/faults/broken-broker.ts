import { setTimeout as delay } from 'node:timers/promises'
import { queueOf } from '@alta/kit/events/names'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import type { Fault } from '../fault.ts'
import { changeMade } from '../support/contracts.ts'
import type { Stage } from '../support/stage.ts'
import { trial } from '../support/trial.ts'

const queue = queueOf('consumer', changeMade.topic)

/** daprd ends when it finds no broker at its start; whoever watches over it starts it again. */
async function sidecarIsUp({ daprd }: Stage): Promise<void> {
  await eventually(
    'the sidecar is up',
    async () => {
      const answer = await fetch(`${daprd.url}/v1.0/healthz/outbound`).catch(() => undefined) // not listening: it ended
      if (answer?.ok) return true
      await daprd.start()
      return true
    },
    60,
  )
}

async function consumersOf(stage: Stage): Promise<number> {
  const connection = await connect(stage.broker.url)
  try {
    return (await (await connection.createChannel()).checkQueue(queue)).consumerCount
  } finally {
    await connection.close()
  }
}

/** The fault is over when the broker says so, and not when it was told to end it. */
const mended = ({ broker }: Stage, command: readonly string[]) =>
  eventually(
    'the broker has no alarm any more',
    async () => {
      await broker.rabbitmqctl(...command)
      return (await broker.rabbitmqctl('eval', 'rabbit_alarm:get_alarms().')).trim() === '[]'
    },
    60,
  )

export const brokenBroker: readonly Fault[] = [
  {
    id: 'F5',
    title: 'broker stopped in order, its application stopped, the broker killed',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        pause: 20,
        patience: 180,
        async inject({ killed }) {
          const before = await consumersOf(stage)
          const rounds = amount.form === 'long' ? 3 : 1
          for (let round = 0; round < rounds; round++) {
            await stage.broker.stop()
            await stage.broker.start()
            await sidecarIsUp(stage)
            if (amount.form === 'long') {
              await stage.broker.rabbitmqctl('stop_app')
              await delay(2_000)
              await stage.broker.rabbitmqctl('start_app')
              await sidecarIsUp(stage)
            }
            await stage.broker.kill()
            killed()
            await stage.broker.start()
            await sidecarIsUp(stage)
          }
          await eventually(
            'each queue has its consumers again',
            async () => (await consumersOf(stage)) >= before,
            60,
          )
          const after = await consumersOf(stage)
          return {
            runs: rounds * (amount.form === 'long' ? 3 : 2),
            note: `consumers of the queue ${before} before, ${after} after`,
          }
        },
      }),
  },
  {
    id: 'F6',
    title: 'broker killed with publishes in flight',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 16,
        patience: 240,
        async inject({ killed }) {
          const wanted = amount.form === 'long' ? 20 : 1
          let runs = 0
          while (runs < wanted) {
            await delay(50 + amount.random() * 450)
            await stage.broker.kill()
            killed()
            runs++
            await stage.broker.start()
            await sidecarIsUp(stage)
            // Until publishes are in flight again; killing an idle broker proves nothing.
            await delay(1_500)
          }
          return { runs }
        },
      }),
  },
  {
    id: 'F7',
    title: 'broker refuses (reject-publish), runs out of memory, out of disk, loses the queue',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        patience: 180,
        async inject() {
          const { broker } = stage
          const rest = amount.form === 'long' ? 8_000 : 1_200
          const full = JSON.stringify({ 'max-length': 1, overflow: 'reject-publish' })
          await broker.rabbitmqctl('set_policy', '--apply-to', 'queues', 'full', `^${queue}$`, full)
          await delay(rest)
          await broker.rabbitmqctl('clear_policy', 'full')
          await broker.rabbitmqctl('set_vm_memory_high_watermark', '0.00001')
          await delay(rest)
          await mended(stage, ['set_vm_memory_high_watermark', '0.4'])
          await broker.rabbitmqctl('set_disk_free_limit', '100000000000000')
          await delay(rest)
          await mended(stage, ['set_disk_free_limit', '50000000'])
          const connection = await connect(broker.url)
          await (await connection.createChannel()).deleteQueue(queue)
          await connection.close()
          await delay(rest)
          return { runs: 4, note: 'each for a while: full queue, memory alarm, disk alarm, deleted queue' }
        },
      }),
  },
]
