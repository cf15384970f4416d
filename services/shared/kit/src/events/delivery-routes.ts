import { json, Router } from 'express'
import type { Subscription } from './handlers.ts'
import type { Inbox } from './inbox-dispatch.ts'
import { componentOf, DEAD_LETTER_TOPIC, routeOf } from './names.ts'

/** daprd sends events as large as its own limit (`--max-body-size`); Express alone would refuse 100 kB. */
const LARGEST_EVENT = '16mb'

/**
 * What daprd calls: the list of subscriptions once at its start, then one POST an event. Never the SDK's
 * server, which acknowledges handlers that throw. The token check stands before these routes (see http/app.ts).
 */
export function deliveryRoutes(appId: string, subscriptions: readonly Subscription[], inbox: Inbox): Router {
  const router = Router()

  router.get('/dapr/subscribe', (_request, response) => {
    response.json(
      subscriptions.map(({ contract: { topic } }) => ({
        pubsubname: componentOf(appId, topic),
        topic,
        route: routeOf(topic),
        deadLetterTopic: DEAD_LETTER_TOPIC,
        metadata: { queueType: 'quorum' },
      })),
    )
  })

  router.use(
    '/events',
    json({ type: ['application/json', 'application/cloudevents+json'], limit: LARGEST_EVENT }),
  )
  for (const { contract } of subscriptions) {
    router.post(routeOf(contract.topic), async (request, response) => {
      const status = await inbox.receive(contract.topic, request.body)
      response.status(status === 'RETRY' ? 500 : 200).json({ status })
    })
  }
  // A 404 would tell daprd to drop the event without a word; a 500 keeps it in the queue.
  router.all('/events/{*rest}', (_request, response) => {
    response.status(500).json({ status: 'RETRY' })
  })
  return router
}
