import {
  inboxRelease,
  operationsReport,
  receiptAnswer,
  receiptRequest,
} from '@alta/contracts/resources/operations'
import { z } from 'zod'
import { anyone, may } from '../auth/policy.ts'
import type { Database } from '../database/database.ts'
import { conflict, notFound } from '../errors.ts'
import { handlerOf } from '../events/names.ts'
import { pausedHandlers, pauseHandler, resumeHandler } from '../events/paused-handlers.ts'
import type { Relay } from '../events/relay.ts'
import { type Route, route } from '../http/route.ts'
import { knownMessages, releaseInboxMessages, releaseOutboxEvent } from './releasing.ts'
import { operationsReportOf } from './report.ts'

const tag = 'operations'
/** Ten thousand receipts. */
const LARGEST_REQUEST = 8 * 2 ** 20
const topicParams = z.object({ topic: z.string().min(1).max(200) })
const released = z.object({ released: z.number().int().min(0) })

/**
 * What operators ask of a service and may change in it. The gateway does not lead here: the `events` service calls
 * on their behalf, with their own token.
 * @param topics what the service handles
 */
export function operationsRoutes(options: {
  database: Database<unknown>
  topics: readonly string[]
  relay: Pick<Relay, 'openFrom' | 'wake'>
}): Route[] {
  const { database, topics } = options
  const { appId } = database

  const handlerFor = (topic: string): string => {
    if (!topics.includes(topic)) throw notFound('handler_not_found', `${appId} does not handle ${topic}.`)
    return handlerOf(appId, topic)
  }

  async function pausedTopics(): Promise<string[]> {
    const paused = await database.system(({ tx }) => pausedHandlers(tx))
    return topics.filter((topic) => paused.some(({ handler }) => handler === handlerOf(appId, topic)))
  }

  return [
    route({
      method: 'get',
      path: '/operations/report',
      summary: 'Outbox, inbox, handlers and replicas of this service',
      tag,
      // The monitor asks every few seconds and on nobody's behalf. Only a sidecar gets here, and no tenant's data is told.
      policy: anyone,
      answers: { 200: { description: 'As they are now', schema: operationsReport } },
      handle: async () => ({
        status: 200,
        body: await operationsReportOf(
          database.pool,
          appId,
          topics,
          await pausedTopics(),
          options.relay.openFrom,
        ),
      }),
    }),
    route({
      method: 'post',
      path: '/operations/outbox/:id/release',
      summary: 'Publish an event again that the broker had refused',
      tag,
      policy: may('operations:write'),
      params: z.object({ id: z.uuid() }),
      answers: { 204: { description: 'It is published as soon as the broker takes it' } },
      handle: async ({ params: { id }, principal }) => {
        const outcome = await database.transaction(principal.tenantId, ({ tx }) => releaseOutboxEvent(tx, id))
        if (outcome === undefined) throw notFound('outbox_event_not_found', 'The outbox has no such event.')
        if (outcome === 'not failed')
          throw conflict('outbox_event_not_failed', 'The broker has not refused this event.')
        options.relay.wake()
        return { status: 204 }
      },
    }),
    route({
      method: 'post',
      path: '/operations/inbox/release',
      summary: 'Repeat parked messages now instead of at their time',
      tag,
      policy: may('operations:write'),
      body: inboxRelease,
      answers: { 200: { description: 'How many are due now', schema: released } },
      handle: async ({ body, principal }) => {
        const count = await database.transaction(principal.tenantId, ({ tx }) =>
          releaseInboxMessages(tx, body),
        )
        if (count === 0 && body.messageId !== undefined)
          throw notFound('parked_message_not_found', 'No such message waits to be repeated.')
        return { status: 200, body: { released: count } }
      },
    }),
    route({
      method: 'post',
      path: '/operations/handlers/:topic/pause',
      summary: 'Let messages of a topic wait instead of handling them',
      tag,
      policy: may('operations:write'),
      params: topicParams,
      answers: { 204: { description: 'Within a second no replica begins one' } },
      handle: async ({ params: { topic }, principal }) => {
        const handler = handlerFor(topic)
        await database.transaction(principal.tenantId, ({ tx }) =>
          pauseHandler(tx, handler, principal.userId),
        )
        return { status: 204 }
      },
    }),
    route({
      method: 'post',
      path: '/operations/handlers/:topic/resume',
      summary: 'Handle messages of a paused topic again, those first that have waited',
      tag,
      policy: may('operations:write'),
      params: topicParams,
      answers: { 200: { description: 'How many had waited', schema: released } },
      handle: async ({ params: { topic }, principal }) => {
        const handler = handlerFor(topic)
        const waited = await database.transaction(principal.tenantId, ({ tx }) => resumeHandler(tx, handler))
        if (waited === undefined) throw conflict('handler_not_paused', `${topic} is not paused.`)
        return { status: 200, body: { released: waited } }
      },
    }),
    route({
      method: 'post',
      path: '/operations/receipts',
      summary: 'Which messages are in the inbox: how a relay makes sure that Dapr has delivered',
      tag,
      // Other services ask, without a person; behind the sidecar's token, as everything here.
      policy: anyone,
      // An entry in the audit log is an event, whose own receipt would be asked for, and so on without end.
      question: true,
      body: receiptRequest,
      maximumBytes: LARGEST_REQUEST,
      answers: { 200: { description: 'In the order of the question', schema: receiptAnswer } },
      handle: async ({ body: { messages } }) => ({
        status: 200,
        body: { known: await database.system(({ tx }) => knownMessages(tx, messages)) },
      }),
    }),
  ]
}
