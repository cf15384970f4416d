// A service of the kit with one handler, as serve() runs it: inbox, gathered transactions, its sidecar delivers.
import { createServer } from 'node:http'
import { connect } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { deliveryRoutes } from '@alta/kit/events/delivery-routes'
import { on } from '@alta/kit/events/handlers'
import { createInbox, type Inbox } from '@alta/kit/events/inbox-dispatch'
import { createApp } from '@alta/kit/http/app'
import { appToken } from '@alta/kit/http/app-under-test'
import { addEffect, type EffectsSchema } from '@alta/kit/testing/kit-fixture'
import { now } from '../../figures.ts'
import type { BenchData } from '../../messaging/contracts.ts'
import { effectWriter } from '../effect-log.ts'
import { readPeerSettings } from '../settings.ts'
import type { AltaSettings } from './alta.ts'
import { contracts, receiver } from './contracts.ts'

const { appPort, receiverDatabase, effectLog } = readPeerSettings<AltaSettings>()
const database = connect<EffectsSchema>(receiver, receiverDatabase)
const note = effectWriter(effectLog)
const called = new Map<string, number>()

const subscriptions = contracts.map((contract) =>
  on<BenchData, EffectsSchema>(contract, ({ id }, { tx }) => {
    called.set(id, now())
    return addEffect(tx, DEFAULT_TENANT, id)
  }),
)
const inbox = createInbox({
  database,
  subscriptions,
  settings: { INBOX_MAX_RETRIES: 5, INBOX_RETRY_DELAY: 2, INBOX_HANDLER_SECONDS: 30 },
})
setInterval(() => void inbox.retryDue(), 1_000)

const noted: Pick<Inbox, 'receive'> = {
  async receive(topic, body) {
    // daprd delivers what our own contracts describe.
    const event = withObjectData(body as { subject: string; data: unknown })
    const result = await inbox.receive(topic, event)
    const at = called.get(event.subject)
    if (result === 'SUCCESS' && at !== undefined) note(event.subject, at)
    called.delete(event.subject)
    return result
  },
}

/** Dapr's outbox sends its data as text; see the recipe in ways.ts. */
function withObjectData<Event extends { data: unknown }>(event: Event): Event {
  if (typeof event.data !== 'string') return event
  return { ...event, datacontenttype: 'application/json', data: JSON.parse(event.data) }
}

// The routes call `receive` only.
const routers = [deliveryRoutes(receiver, subscriptions, noted as Inbox)]
createServer(createApp({ appId: receiver, routes: [], appToken, routers })).listen(appPort, '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
