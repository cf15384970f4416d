import { queueOf } from '@alta/kit/events/names'
import { connect } from 'amqplib'
import type { Drill, Scene } from '../drill.ts'
import { burning } from '../support/objectives.ts'

const mails = queueOf('notifications', 'email.send-requested.v1')

export const brokerDrills: readonly Drill[] = [
  {
    what: 'the broker is stopped',
    expects: [
      { alert: 'BrokerUnavailable', labels: { job: 'documents' } },
      { alert: 'OutboxStalled', labels: { job: 'documents' } },
      { alert: 'MonitorBlind', speed: 12 },
      ...burning('EventsLate', { afterwards: true }),
    ],
    async begin({ broker }) {
      await broker.stop()
      return () => broker.start()
    },
  },
  {
    what: 'the broker is short of memory and takes nothing',
    expects: [{ alert: 'BrokerTakesNothing', labels: { job: 'documents' } }],
    async begin({ broker }) {
      await broker.rabbitmqctl('set_vm_memory_high_watermark', '0.00001')
      return () => broker.rabbitmqctl('set_vm_memory_high_watermark', '0.4')
    },
  },
  {
    what: 'somebody deletes the queue of `ocr`',
    expects: [{ alert: 'QueueLost', speed: 12, labels: { job: 'documents' } }],
    async begin(scene) {
      await using channel = await openChannel(scene)
      await channel.deleteQueue(queueOf('ocr', 'document.ocr-requested.v1'))
      return async () => undefined
    },
  },
  {
    what: 'the broker refuses mails (a policy with max-length 0)',
    expects: [{ alert: 'OutboxFailed', speed: 12, labels: { job: 'documents' } }],
    async begin({ broker, vhost }) {
      const refuse = JSON.stringify({ 'max-length': 0, overflow: 'reject-publish' })
      const where = ['-p', vhost, '--priority', '100', '--apply-to', 'queues']
      await broker.rabbitmqctl('set_policy', ...where, 'drill', `^${mails}$`, refuse)
      return () => broker.rabbitmqctl('clear_policy', '-p', vhost, 'drill')
    },
  },
  {
    what: 'a consumer that is left over takes mails',
    expects: [{ alert: 'QueueWithTooManyConsumers', speed: 12, labels: { app_id: 'notifications' } }],
    async begin(scene) {
      const channel = await openChannel(scene)
      await channel.prefetch(1)
      // It holds what it takes, as a sidecar without an app does.
      await channel.consume(mails, () => undefined)
      return () => channel[Symbol.asyncDispose]()
    },
  },
]

/** A channel on a connection of its own, both closed at its end. */
export async function openChannel({ brokerUrl }: Pick<Scene, 'brokerUrl'>) {
  const connection = await connect(brokerUrl)
  const channel = await connection.createChannel()
  return Object.assign(channel, {
    async [Symbol.asyncDispose]() {
      await channel.close()
      await connection.close()
    },
  })
}
