import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { contractsByTopic } from '@alta/contracts/generated/registry'
import type { StepOutcome } from '@alta/contracts/resources/task'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { deadLetters } from '@alta/kit/events/dead-letters'
import { on } from '@alta/kit/events/handlers'
import { createInbox } from '@alta/kit/events/inbox-dispatch'
import { DEAD_LETTER_TOPIC } from '@alta/kit/events/names'
import { createApp } from '@alta/kit/http/app'
import { takeSteps } from '@alta/kit/tasks/take-steps'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverTo, eventOf } from '@alta/kit/testing/deliver'
import { type Person, person } from '@alta/kit/testing/person'
import { takeOutbox } from './consumer.fixture.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { type DeadLetterSettings, deadLetterParts } from './dead-letters.ts'

const usualSettings: DeadLetterSettings = {
  DEAD_LETTERS_FOUR_EYES: false,
  DEAD_LETTERS_PROPOSAL_SECONDS: 3_600,
  DEAD_LETTERS_RESOLVED_DAYS: 30,
}

/** What a token says is taken as it is: identity's part is tested where it lives. */
async function principalOf(token: string): Promise<Principal> {
  // Made by `call` below, of a person.
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

export const operator = () => person({ roles: ['operator'] })

/** A task as the tasks service would keep it. */
export interface TestTask {
  readonly taskId: string
  readonly type: string
  readonly params: Record<string, unknown>
  readonly actor: { userId: string; tenantId: string }
  /** Of its newest step. */
  outcome: StepOutcome | undefined
  error: { code: string; message: string } | undefined
  step: number
  run: number
  readonly log: string[]
  readonly failures: { item: string; reason: string }[]
}

/** The dead letters of the events service on a real PostgreSQL and a real port. */
export async function startDeadLetters(changes: Partial<DeadLetterSettings> = {}) {
  const test = await createTestDatabase<DeadLettersSchema>(
    'events',
    new URL('../database/migrations/', import.meta.url),
  )
  const { database, admin } = test
  const parts = deadLetterParts(database, contractsByTopic, { ...usualSettings, ...changes })
  const { handlers } = parts
  const app = createApp({
    appId: 'events',
    appToken: 'a token of the sidecar',
    routes: parts.routes,
    verifyToken: principalOf,
    idempotency: idempotencyStore(database),
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  const subscriptions = [
    on(messageFailed, handlers.recordFailure),
    on(messageRejected, handlers.recordRejection),
    on(messageHandled, handlers.recordRecovery),
    deadLetters(handlers.recordUndelivered),
    on(taskStepRequested, takeSteps(parts.tasks), { alone: true }),
  ]
  const deliver = deliverTo(database, subscriptions)
  const settings = { INBOX_MAX_RETRIES: 0, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 30 }
  const inbox = createInbox({ database, subscriptions, settings })
  const tasks: TestTask[] = []
  /** Copies that wait to be taken to their app. */
  const copies: CloudEvent[] = []

  /** @param path after `/api/v1/dead-letters` */
  async function call(who: Person | undefined, method: string, path: string, body?: unknown, headers = {}) {
    const token = who && Buffer.from(JSON.stringify(who)).toString('base64url')
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/dead-letters${path}`, {
      method,
      headers: {
        'dapr-api-token': 'a token of the sidecar',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    // Tests look into answers freely; each expectation says what must be there.
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    }
  }

  /** Sorts what the service has emitted: tasks and their steps are kept here, copies wait to be fetched. */
  async function readOutbox(): Promise<void> {
    for (const event of await takeOutbox(admin)) {
      if (event.topic === taskRequested.topic) {
        const { taskId, type, params, actor } = taskRequested.schema.parse(event.data)
        tasks.push({
          ...{ taskId, type, params, actor, outcome: undefined, error: undefined, step: 0, run: 1 },
          ...{ log: [], failures: [] },
        })
      } else if (event.topic === taskStepFinished.topic) {
        const told = taskStepFinished.schema.parse(event.data)
        const task = tasks.find(({ taskId }) => taskId === told.taskId)
        if (!task) continue
        task.outcome = told.outcome ?? task.outcome
        task.error = told.error ?? undefined
        task.log.push(...(told.outcome?.log ?? []))
        task.failures.push(...(told.outcome?.failures ?? []))
      } else if (event.replayfor || event.redelivery) {
        copies.push(event)
      }
    }
  }

  return {
    ...test,
    deliver,
    /** What daprd hands over from the topic dead-letters. */
    deliverRaw: (delivery: unknown) => inbox.receive(DEAD_LETTER_TOPIC, delivery),
    call,
    get: (who: Person | undefined, path: string) => call(who, 'GET', path),
    post: (who: Person | undefined, path: string, body?: unknown, headers = {}) =>
      call(who, 'POST', path, body, headers),
    patch: (who: Person | undefined, path: string, body?: unknown, headers = {}) =>
      call(who, 'PATCH', path, body, headers),

    /** Tasks that the service has asked for, oldest first. */
    async tasks(): Promise<TestTask[]> {
      await readOutbox()
      return tasks
    },

    /** Copies that were sent since this was asked last. */
    async copies(): Promise<CloudEvent[]> {
      await readOutbox()
      return copies.splice(0)
    },

    /** Asks for the next step of a task, as the tasks service would. */
    async step(task: TestTask, onlyFailed: { items: string[]; more: boolean } | null = null): Promise<void> {
      task.step++
      const { taskId, type, params, actor, run, step } = task
      const cursor = task.outcome?.cursor ?? null
      const data = { taskId, type, app: 'events', run, attempt: 1, step, params, cursor, onlyFailed, actor }
      // The parameters were read from an event: they are JSON.
      const event = eventOf(taskStepRequested, data as Parameters<typeof taskStepRequested.subject>[0], {
        tenantid: actor.tenantId,
      })
      await deliver(event)
      await readOutbox()
    },

    /** Files failures of a handler that nobody has heard of yet. */
    async fail(
      event: CloudEvent,
      more: Partial<Parameters<typeof messageFailed.subject>[0]> & { at?: string } = {},
    ): Promise<void> {
      const { at = new Date().toISOString(), ...fields } = more
      const data = {
        app: 'reviews',
        handler: `reviews/${event.topic}`,
        event,
        attempts: 6,
        errorClass: 'TypeError',
        message: 'x is not a function',
        stack: 'TypeError: x is not a function\n    at close (/app/services/reviews/src/close.ts:1:2)',
        history: [{ at, errorClass: 'TypeError', message: 'x is not a function' }],
        ...fields,
      }
      await deliver(eventOf(messageFailed, data, { time: at, source: '/reviews', tenantid: event.tenantid }))
    },

    /** The app has handled a copy. */
    async handle(copy: CloudEvent, app = 'reviews'): Promise<void> {
      const { id: messageId, source, topic, replayid: replayId = '' } = copy
      const data = { app, handler: `${app}/${topic}`, messageId, source, topic, replayId }
      await deliver(eventOf(messageHandled, data, { source: `/${app}`, tenantid: copy.tenantid }))
    },

    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await test.close()
    },
  }
}

export type TestDeadLetters = Awaited<ReturnType<typeof startDeadLetters>>
