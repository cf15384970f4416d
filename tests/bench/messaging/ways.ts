import type { Database } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { outboxRow } from '@alta/kit/events/outbox-row'
import type { Relay } from '@alta/kit/events/relay'
import type { Daprd } from '@alta/kit/testing/daprd'
import { addEffect, type EffectsSchema } from '@alta/kit/testing/kit-fixture'
import { Agent, request } from 'undici'
import { now } from '../figures.ts'
import { appId, byOutbox, byPublish, byRelay, dataOf } from './contracts.ts'

/** A way of telling others about a change. */
export interface Way {
  name: string
  /** Events a second that it takes from its senders and cannot pass on: more would only queue. */
  capacity?: number
  /** Makes the change and sees to the event; returns when the change was committed. */
  send(id: string): Promise<number>
}

const dispatcher = new Agent({ connections: 64 })

/** @throws {Error} when daprd's answer is not 204, the one that it calls success */
async function post(daprd: Daprd, path: string, contentType: string, body: string): Promise<void> {
  const headers = { 'content-type': contentType, 'dapr-api-token': daprd.apiToken }
  const answer = await request(daprd.url + path, { dispatcher, method: 'POST', headers, body })
  const text = await answer.body.text()
  if (answer.statusCode !== 204) throw new Error(`daprd answered ${answer.statusCode}: ${text}`)
}

export const publish = (daprd: Daprd, topic: string, event: string): Promise<void> =>
  post(daprd, `/v1.0/publish/pubsub/${topic}`, 'application/cloudevents+json', event)

/** Ours: the event is a row of the same transaction, and the relay sees to the rest. */
export function relayWay(database: Database<EffectsSchema>, relay: Relay): Way {
  const committed = new Map<string, number>()
  // The relay hears of a commit before the caller of `transaction` does: the clock starts with the earlier one.
  database.publishThrough({
    owner: relay.owner,
    leaseSeconds: relay.leaseSeconds,
    get ready() {
      return relay.ready
    },
    committed(rows) {
      const at = now()
      for (const row of rows) committed.set(JSON.parse(row.event).subject, at)
      relay.committed(rows)
    },
  })
  return {
    name: 'Alta: outbox and relay',
    async send(id) {
      await database.transaction(DEFAULT_TENANT, async ({ tx, emit }) => {
        await addEffect(tx, DEFAULT_TENANT, `change ${id}`)
        emit(byRelay, dataOf(id))
      })
      const at = committed.get(id)
      committed.delete(id)
      if (at === undefined) throw new Error('the relay was not ready')
      return at
    },
  }
}

/** The same change, and after its commit a publish that nothing protects from a crash in between. */
export const publishWay = (database: Database<EffectsSchema>, daprd: Daprd): Way => ({
  name: 'Dapr publish, after the commit',
  async send(id) {
    await database.transaction(DEFAULT_TENANT, ({ tx }) => addEffect(tx, DEFAULT_TENANT, `change ${id}`))
    const at = now()
    await publish(daprd, byPublish.topic, outboxRow(appId, DEFAULT_TENANT, byPublish, dataOf(id)).event)
    return at
  },
})

/** The change is a key of a state store; daprd publishes it when it finds the transaction's marker. */
export const outboxWay = (daprd: Daprd): Way => ({
  name: 'Dapr outbox component',
  // One second each, prefetchCount of them at a time.
  capacity: 50,
  async send(id) {
    // A string without contentType: an object would need RedisJSON, and arrive as Go's `map[…]` without it.
    const value = JSON.stringify(dataOf(id))
    const metadata = {
      type: byOutbox.type,
      source: `/${appId}`,
      subject: id,
      tenantid: DEFAULT_TENANT,
      correlationid: id,
    }
    const operations = [{ operation: 'upsert', request: { key: id, value, metadata } }]
    await post(
      daprd,
      '/v1.0/state/statestore/transaction',
      'application/json',
      JSON.stringify({ operations }),
    )
    return now()
  },
})
