import type { CloudEvent } from '@alta/contracts/cloud-event'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { connect } from 'amqplib'
import { changeMade } from './contracts.ts'
import type { Stage } from './stage.ts'

/** Publishes bodies straight to an exchange, as anybody with a way to the broker could. */
export async function publishRaw(stage: Stage, exchange: string, bodies: readonly Buffer[]): Promise<void> {
  const connection = await connect(stage.broker.url)
  try {
    const channel = await connection.createConfirmChannel()
    for (const body of bodies) {
      channel.publish(exchange, '', body, { persistent: true, contentType: 'application/cloudevents+json' })
    }
    await channel.waitForConfirms()
  } finally {
    await connection.close()
  }
}

/** A change that is entered into the ledger by hand and whose event comes past the outbox. */
export async function ledgerEvent(
  { admin }: Stage,
  more: { key?: string; version?: number } = {},
): Promise<CloudEvent> {
  const changeId = randomUUIDv7()
  const { key = changeId, version = 1 } = more
  await admin.query(
    'insert into producer.ledger (change_id, request_key, key, version) values ($1, $4, $2, $3)',
    [changeId, key, version, changeId],
  )
  return eventOf(changeMade, { changeId, key, version }, { sequence: String(version) })
}

export const bodyOf = (event: unknown): Buffer => Buffer.from(JSON.stringify(event))

/** Takes every message that waits in a queue. */
export async function drain(stage: Stage, queue: string): Promise<string[]> {
  const connection = await connect(stage.broker.url)
  try {
    const channel = await connection.createChannel()
    const texts: string[] = []
    for (;;) {
      const message = await channel.get(queue, { noAck: true })
      if (!message) return texts
      texts.push(message.content.toString('utf8'))
    }
  } finally {
    await connection.close()
  }
}
