import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { queueOf } from '@alta/kit/events/names'
import { randomUUIDv7 } from '@alta/kit/identifiers'
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
    async begin({ broker }, broken) {
      broken.defer(() => broker.start())
      await broker.stop()
    },
  },
  {
    what: 'the broker is short of memory and takes nothing',
    expects: [{ alert: 'BrokerTakesNothing', labels: { job: 'documents' } }],
    async begin({ broker }, broken) {
      const set = async (share: string) =>
        void (await broker.rabbitmqctl('set_vm_memory_high_watermark', share))
      broken.defer(() => set('0.4'))
      await set('0.00001')
    },
  },
  {
    what: 'somebody deletes the queue of `ocr`',
    expects: [{ alert: 'QueueLost', speed: 12, labels: { job: 'documents' } }],
    async begin(scene) {
      await using channel = await openChannel(scene)
      await channel.deleteQueue(queueOf('ocr', 'document.ocr-requested.v1'))
    },
  },
  {
    what: '`documents` emits an event whose topic the topology does not have, as a release without its topology would',
    expects: [{ alert: 'OutboxFailed', speed: 12, labels: { job: 'documents' } }],
    async begin({ admin }, broken) {
      const id = randomUUIDv7()
      broken.defer(
        async () => void (await admin.query('delete from documents.outbox_events where id = $1', [id])),
      )
      await admin.query(
        'insert into documents.outbox_events (id, tenant_id, topic, event, status) values ($1, $2, $3, $4, $5)',
        [id, DEFAULT_TENANT, 'document.unheard-of.v1', JSON.stringify({ id }), 'PENDING'],
      )
    },
  },
  {
    what: 'a consumer that is left over takes mails',
    expects: [{ alert: 'QueueWithTooManyConsumers', speed: 12, labels: { app_id: 'notifications' } }],
    async begin(scene, broken) {
      const channel = broken.use(await openChannel(scene))
      await channel.prefetch(1)
      // It holds what it takes, as a sidecar without an app does.
      await channel.consume(mails, () => undefined)
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
