import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { auditRecorder } from '@alta/kit/audit/audit-recorder'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { everyTogether } from '@alta/kit/events/every'
import { on } from '@alta/kit/events/handlers'
import type { Topology } from '@alta/kit/events/topology'
import { startApp } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { takeSteps } from '@alta/kit/tasks/take-steps'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverAll, deliverTo, eventOf } from '@alta/kit/testing/deliver'
import type { Person } from '@alta/kit/testing/person'
import type { EventsSchema } from '../database/schema.ts'
import { recordEndOfTask, recordFailedCopy, recordHandledCopy } from '../replays/record-answers.ts'
import { openEventStore } from './event-store.ts'
import { insertEvents } from './store.repository.ts'
import { storeEvents } from './store-events.ts'

/** Reviews takes deleted projects and updated ones, notifications takes mails, events takes everything. */
const topology: Topology = {
  exchanges: [],
  owners: {
    'project.deleted.v1': 'documents',
    'project.updated.v1': 'documents',
    'email.send-requested.v1': 'x',
  },
  queues: [
    { name: 'reviews-project.deleted.v1', app: 'reviews', topic: 'project.deleted.v1' },
    { name: 'reviews-project.updated.v1', app: 'reviews', topic: 'project.updated.v1' },
    { name: 'notifications-email.send-requested.v1', app: 'notifications', topic: 'email.send-requested.v1' },
    { name: 'events-all', app: 'events', topic: 'all' },
    { name: 'events-unrouted', app: 'events', topic: 'unrouted' },
  ],
  bindings: [],
}

async function principalOf(token: string): Promise<Principal> {
  // Made by `call` below.
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

/** The event store on a real PostgreSQL, with its routes on a real port. */
export async function startEventStore() {
  const test = await createTestDatabase<EventsSchema>(
    'events',
    new URL('../database/migrations/', import.meta.url),
  )
  const { database, admin } = test
  const settings = { EVENT_RETENTION_MONTHS: 24, REPLAY_EVENTS_PER_SECOND: 500 }
  const { routes, tasks, background } = openEventStore({
    database,
    topology,
    settings,
    clock: () => new Date(),
  })
  const app = await startApp({
    routes,
    verifyToken: principalOf,
    audit: auditRecorder(database),
    idempotency: idempotencyStore(database),
  })
  const deliver = deliverTo(database, [
    on(messageHandled, recordHandledCopy),
    on(messageFailed, recordFailedCopy),
    on(taskChanged, recordEndOfTask),
    on(taskStepRequested, takeSteps(tasks), { alone: true }),
  ])

  async function call(who: Person | undefined, method: string, path: string, body?: unknown) {
    const token = who && Buffer.from(JSON.stringify(who)).toString('base64url')
    const answer = await app.call(`/api/v1/events${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // Tests look into answers freely; each expectation says what must be there.
    return { status: answer.status, body: JSON.parse((await answer.text()) || 'null') }
  }

  return {
    ...test,
    deliver,
    deliverAll: deliverAll(database, [everyTogether(storeEvents)]),
    get: (who: Person | undefined, path: string) => call(who, 'GET', path),
    post: (who: Person | undefined, path: string, body?: unknown) => call(who, 'POST', path, body),

    /** Puts events into the store without the way there, many in one transaction. */
    async store(...events: ReturnType<typeof eventOf>[]) {
      await database.system(({ tx }) => insertEvents(tx, events))
      return events
    },

    /** One turn of what the service does again and again. @param what how its name begins */
    async turn(what = 'feed') {
      for (const { name, run } of background) if (name.startsWith(what)) await run()
    },

    /** Copies that wait in the outbox. */
    async copies() {
      const { rows } = await admin.query<{ event: string }>(
        `select event from outbox_events where event like '%"replayfor"%' order by id`,
      )
      return rows.map(({ event }) => JSON.parse(event))
    },

    async reset() {
      await admin.query(
        'truncate stored_events, inbox_messages, outbox_events, replays, replay_answers, task_steps, event_counts, read_model_generations',
      )
    },
    async close() {
      await app[Symbol.asyncDispose]()
      await test.close()
    },
  }
}

export type TestEventStore = Awaited<ReturnType<typeof startEventStore>>

export const deleted = (attributes: Parameters<typeof eventOf>[2] = {}) =>
  eventOf(projectDeleted, { projectId: randomUUIDv7() }, attributes)
