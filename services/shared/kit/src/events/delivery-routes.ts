import { json, Router } from 'express'
import { failPoint } from '../fail-points.ts'
import { nameRoute } from '../http/access-log.ts'
import type { Subscription } from './handlers.ts'
import type { Inbox } from './inbox-dispatch.ts'
import { componentOf, DEAD_LETTER_TOPIC, routeOf } from './names.ts'

/**
 * daprd sends events as large as its own limit (`--max-body-size`, 16 MB), raw ones in base64, which is a third
 * more; Express alone would refuse 100 kB.
 */
const LARGEST_EVENT = '32mb'

/**
 * What daprd calls: the list of subscriptions once at its start, then one POST an event. Never the SDK's
 * server, which acknowledges handlers that throw. The token check stands before these routes (see http/app.ts).
 */
export function deliveryRoutes(appId: string, subscriptions: readonly Subscription[], inbox: Inbox): Router {
  const router = Router()

  router.get('/dapr/subscribe', (_request, response) => {
    response.json(
      subscriptions.map(({ topic, wrap }) => ({
        pubsubname: componentOf(appId, topic),
        topic,
        route: routeOf(topic),
        // Nothing is below the handler of dead letters; with a topic below it they would go round in a circle.
        ...(topic !== DEAD_LETTER_TOPIC && { deadLetterTopic: DEAD_LETTER_TOPIC }),
        metadata: { queueType: 'quorum', ...(wrap && { rawPayload: 'true' }) },
      })),
    )
  })

  router.use(
    '/events',
    json({ type: ['application/json', 'application/cloudevents+json'], limit: LARGEST_EVENT }),
  )
  for (const { topic } of subscriptions) {
    router.post(routeOf(topic), async (request, response) => {
      nameRoute(response, 'post', routeOf(topic))
      const status = await inbox.receive(topic, request.body)
      response.once('finish', () => failPoint('inbox.after-ack'))
      response.status(status === 'RETRY' ? 500 : 200).json({ status })
    })
  }
  // A 404 would tell daprd to drop the event without a word; a 500 keeps it in the queue.
  router.all('/events/{*rest}', (_request, response) => {
    response.status(500).json({ status: 'RETRY' })
  })
  return router
}
