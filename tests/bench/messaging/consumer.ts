// A service of one handler, in a process of its own, that tells its parent when it handled what.
import { connect } from '@alta/kit/database/database'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { deliveryRoutes } from '@alta/kit/events/delivery-routes'
import { on } from '@alta/kit/events/handlers'
import { createInbox, type Inbox } from '@alta/kit/events/inbox-dispatch'
import { startApp } from '@alta/kit/http/app-under-test'
import { addEffect, type EffectsSchema } from '@alta/kit/testing/kit-fixture'
import { now } from '../figures.ts'
import { appId, type BenchData, byNobody, consumed } from './contracts.ts'

/** When the handler was called and when its effect was committed, by the id in the event's data. */
export interface Handled {
  id: string
  called: number
  committed: number
}

type FromConsumer = { port: number } | { handled: Handled[] }

export type { FromConsumer }

const database = connect<EffectsSchema>(appId, JSON.parse(process.argv[2] ?? ''))
const subscriptions = consumed.map((contract) =>
  on<BenchData, EffectsSchema>(contract, ({ id }, { tx }) => addEffect(tx, DEFAULT_TENANT, id)),
)
const inbox = createInbox({
  database,
  subscriptions,
  settings: { INBOX_MAX_RETRIES: 5, INBOX_RETRY_DELAY: 2, INBOX_HANDLER_SECONDS: 30 },
})

// As serve() does, so that a message that was parked is not counted as lost.
setInterval(() => void inbox.retryDue(), 1_000)

let handled: Handled[] = []
setInterval(() => {
  if (handled.length === 0) return
  tell({ handled })
  handled = []
}, 50)

const timed: Pick<Inbox, 'receive'> = {
  async receive(topic, body) {
    const called = now()
    const event = withObjectData(body as { subject: string; data: unknown })
    const result = topic === byNobody.topic ? 'SUCCESS' : await inbox.receive(topic, event)
    if (result === 'SUCCESS') handled.push({ id: event.subject, called, committed: now() })
    return result
  },
}

/** Dapr's outbox sends its data as text; see the recipe in ways.ts. */
function withObjectData<Event extends { data: unknown }>(event: Event): Event {
  if (typeof event.data !== 'string') return event
  return { ...event, datacontenttype: 'application/json', data: JSON.parse(event.data) }
}

function tell(message: FromConsumer): void {
  process.send?.(message)
}

// The routes call `receive` only.
const routes = deliveryRoutes(appId, subscriptions, timed as Inbox)
const { port } = await startApp({ appId, routers: [routes] })
tell({ port })
process.once('disconnect', () => process.exit(0))
