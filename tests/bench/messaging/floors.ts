import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { outboxRow } from '@alta/kit/events/outbox-row'
import { connect } from 'amqplib'
import { now } from '../figures.ts'
import { appId, byNobody, dataOf } from './contracts.ts'
import type { Way } from './ways.ts'

/** A publisher without a database: what is left is the client, the broker and the way to the handler. */
export interface BarePublisher extends AsyncDisposable {
  way: Way
  /** Publishes with confirms, `mandatory`, persistent; resolves at the confirm. */
  publish(topic: string, body: string): Promise<void>
}

export async function openBarePublisher(url: string): Promise<BarePublisher> {
  const connection = await connect(url)
  const channel = await connection.createConfirmChannel()
  const publish = (topic: string, body: string) =>
    new Promise<void>((resolve, reject) => {
      const properties = { persistent: true, mandatory: true, contentType: 'application/cloudevents+json' }
      channel.publish(topic, '', Buffer.from(body), properties, (refusal) =>
        refusal ? reject(refusal) : resolve(),
      )
    })
  return {
    publish,
    way: {
      name: 'floor: bare AMQP publish, handler without database',
      async send(id) {
        const body = outboxRow(appId, DEFAULT_TENANT, byNobody, dataOf(id)).event
        const at = now()
        await publish(byNobody.topic, body)
        return at
      },
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
