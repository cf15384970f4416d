import { readFile } from 'node:fs/promises'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { taskTypeAnnounced } from '@alta/contracts/events/task-type-announced.v1'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { amqpTransport } from '@alta/kit/events/amqp-transport'
import { deliveryRoutes } from '@alta/kit/events/delivery-routes'
import { on } from '@alta/kit/events/handlers'
import { createInbox } from '@alta/kit/events/inbox-dispatch'
import { ALL_TOPIC, DEAD_LETTER_TOPIC, queueOf } from '@alta/kit/events/names'
import { createRelay } from '@alta/kit/events/relay'
import type { Topology } from '@alta/kit/events/topology'
import { appToken, json, startApp } from '@alta/kit/http/app-under-test'
import { repeatedly } from '@alta/kit/repeatedly'
import { announceTaskTypes } from '@alta/kit/tasks/announce-task-types'
import { takeSteps } from '@alta/kit/tasks/take-steps'
import type { TaskType } from '@alta/kit/tasks/task-type'
import { createTestBroker } from '@alta/kit/testing/broker'
import { startDaprd } from '@alta/kit/testing/daprd'
import { createTestDatabase } from '@alta/kit/testing/database'
import { quickBroker } from '@alta/kit/testing/kit-fixture'
import { startRedis } from '@alta/kit/testing/own-redis'
import { type Person, person } from '@alta/kit/testing/person'
import { eventually } from '@alta/kit/testing/wait'
import type { TasksSchema } from '../database/schema.ts'
import { subscriptions } from '../subscriptions.ts'
import { restoreStates } from './restore-states.ts'
import { openStateStore } from './state-store.ts'
import { taskDriver } from './task.driver.ts'
import type { TaskResource } from './task.resource.ts'
import { taskRoutes } from './task.routes.ts'
import { taskService } from './task.service.ts'
import { tellAgain } from './tell-again.ts'

const topics = [taskChanged, taskRequested, taskStepFinished, taskStepRequested, taskTypeAnnounced].map(
  ({ topic }) => topic,
)
const queues = topics.map((topic) => ({ name: queueOf('tasks', topic), app: 'tasks', topic }))
const topology: Topology = {
  exchanges: [...topics, ALL_TOPIC, DEAD_LETTER_TOPIC],
  owners: {},
  queues,
  bindings: queues.map(({ name, topic }) => ({ exchange: topic, to: 'queue', name })),
}

const tokenOf = (who: Person): string => Buffer.from(JSON.stringify(who)).toString('base64url')

async function principalOf(token: string): Promise<Principal> {
  // What `tokenOf` has made.
  const who = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { ...who, sessionId: 'test', permissions: permissionsOf(who.roles, who.tenantId), token }
}

/**
 * The service on real parts, all of the test's own: PostgreSQL database, broker vhost, Redis, daprd with the
 * repository's components. The steps of `types` are carried out by the same process.
 */
export async function startTasks(options: {
  types: readonly TaskType[]
  maxRetries?: number
  cancelSeconds?: number
}) {
  await using opened = new AsyncDisposableStack()
  const broker = opened.adopt(await createTestBroker(), (one) => one.close())
  const redis = opened.adopt(await startRedis(), (one) => one.stop())
  const migrations = new URL('../database/migrations/', import.meta.url)
  const db = opened.adopt(await createTestDatabase<TasksSchema>('tasks', migrations), (one) => one.close())
  const { database, admin } = db

  const settings = { ...quickBroker(broker.url), INBOX_MAX_RETRIES: 8 }
  const transport = amqpTransport({ url: broker.url, topology })
  const relay = opened.adopt(createRelay({ pool: database.pool, transport, settings }), (one) => one.stop())
  database.publishThrough(relay)
  relay.start()
  await eventually('the relay is connected', () => relay.ready)

  // daprd's port is known only after the app listens, which needs the driver, which needs the port.
  const sidecar = { DAPR_HTTP_PORT: 0, DAPR_API_TOKEN: '' }
  const store = () => openStateStore(sidecar)
  let opener = store()
  const late = {
    read: (id: string) => opener.read(id),
    readMany: (ids: readonly string[]) => opener.readMany(ids),
    save: (work: Parameters<typeof opener.save>[0]) => opener.save(work),
    publish: (...args: Parameters<typeof opener.publish>) => opener.publish(...args),
    remove: (id: string) => opener.remove(id),
    close: () => opener.close(),
  }
  const rules = { maxRetries: options.maxRetries ?? 2, retrySeconds: 1 }
  const driver = opened.adopt(taskDriver({ database, store: late, rules }), (one) => one.stop())
  const service = taskService({ database, driver, cancelSeconds: options.cancelSeconds ?? 2 })
  const handlers = [
    ...subscriptions(driver),
    on(taskStepRequested, takeSteps(options.types), { alone: true }),
  ]
  const inbox = opened.adopt(createInbox({ database, subscriptions: handlers, settings }), (one) =>
    one.stop(2_000),
  )
  const app = opened.use(
    await startApp({
      appId: 'tasks',
      routes: taskRoutes(service),
      routers: [deliveryRoutes('tasks', handlers, inbox)],
      verifyToken: principalOf,
      idempotency: idempotencyStore(database),
    }),
  )
  const component = (name: string) =>
    readFile(new URL(`../../../../dapr/components/${name}.yaml`, import.meta.url), 'utf8')
  const statestore = (await component('statestore'))
    .replace('secretKeyRef: { name: redis, key: host }', `value: ${redis.host}`)
    .replace('secretKeyRef: { name: redis, key: password }', 'value: ""')
  const daprd = opened.adopt(
    await startDaprd({
      appId: 'tasks',
      appPort: app.port,
      appToken,
      rabbitmqUrl: broker.url,
      topics,
      components: [statestore, await component('outbox'), await component('pubsub')],
    }),
    (one) => one.stop(),
  )
  sidecar.DAPR_HTTP_PORT = Number(new URL(daprd.url).port)
  sidecar.DAPR_API_TOKEN = daprd.apiToken
  opener = store()

  const jobs = [
    { name: 'bring tasks on', everySeconds: 0.5, run: driver.look },
    { name: 'look for messages that are due', everySeconds: 0.5, run: () => inbox.retryDue() },
    { name: 'restore states', everySeconds: 2, run: () => restoreStates(database, late) },
    { name: 'tell again', everySeconds: 2, run: () => tellAgain(database, 15) },
    announceTaskTypes(database, options.types),
  ].map(repeatedly)
  opened.defer(async () => {
    await Promise.all(jobs.map((job) => job.stop()))
  })
  await eventually('the types are known', async () => {
    const { rows } = await admin.query('select count(*)::int as known from task_types')
    return rows[0].known === options.types.length
  })

  const someone = person()
  /** @param path after `/api/v1` */
  const call = (who: Person, path: string, init: RequestInit = {}) =>
    app.call(`/api/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${tokenOf(who)}`, ...Object.fromEntries(new Headers(init.headers)) },
    })
  const get = async (id: string): Promise<TaskResource> =>
    // The route's own schema has checked it.
    (await (await call(someone, `/tasks/${id}`)).json()) as TaskResource
  const closing = opened.move()
  return {
    ...{ broker, redis, database, admin, store: late, driver, service, inbox, daprd, someone, call, get },
    async start(type: string, params: unknown = {}, headers: Record<string, string> = {}): Promise<string> {
      const response = await call(someone, '/tasks', json({ type, params }, headers))
      // As above.
      const body = (await response.json()) as TaskResource
      if (response.status !== 202) throw new Error(JSON.stringify(body))
      return body.id
    },
    /** Waits for a state and returns the task in it. */
    until: (id: string, state: TaskResource['state'], seconds = 30) =>
      eventually(
        `task ${id} is ${state}`,
        async () => {
          const task = await get(id)
          return task.state === state && task
        },
        seconds,
      ),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

export type RunningTasks = Awaited<ReturnType<typeof startTasks>>
