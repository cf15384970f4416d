import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { currentContext } from '@alta/kit/http/request-context'
import { currentTraceparent } from '@alta/kit/telemetry/tracing'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { type TaskWork, taskWork } from './task.work.ts'

export type TaskChange = z.output<typeof taskChanged.schema>

/** The working copies of tasks, in Dapr state. */
export interface StateStore {
  /** Undefined when there is none, or none that can be read. */
  read(taskId: string): Promise<TaskWork | undefined>
  /** The same of many, in one call; by their ids, without those that are not there. */
  readMany(taskIds: readonly string[]): Promise<ReadonlyMap<string, TaskWork>>
  /** Writes without telling anybody. */
  save(work: TaskWork): Promise<void>
  /**
   * Writes and tells, in one transaction of Dapr. When it rejects nobody knows whether it was written and told:
   * write again under another transition id, and the first one is a phantom that consumers refuse.
   */
  publish(work: TaskWork, change: TaskChange): Promise<void>
  remove(taskId: string): Promise<void>
  close(): Promise<void>
}

/** Milliseconds; three calls fit into a lease. */
const CALL_TIMEOUT = 3_000

const keyOf = (taskId: string): string => `task-${taskId}`

/**
 * Dapr's state API by hand and not through its SDK, which hides the status of an answer and waits half a minute
 * for a sidecar that is away.
 */
export function openStateStore({
  DAPR_HTTP_PORT,
  DAPR_API_TOKEN,
}: {
  DAPR_HTTP_PORT: number
  DAPR_API_TOKEN: string | undefined
}): StateStore {
  const origin = `http://127.0.0.1:${DAPR_HTTP_PORT}/v1.0/state/statestore`
  const dispatcher = new Agent({ connections: 32, headersTimeout: CALL_TIMEOUT, bodyTimeout: CALL_TIMEOUT })

  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<string> {
    const answer = await request(`${origin}${path}`, {
      dispatcher,
      method,
      headers: {
        'content-type': 'application/json',
        ...(DAPR_API_TOKEN ? { 'dapr-api-token': DAPR_API_TOKEN } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    if (answer.statusCode < 300) return text
    throw new Error(
      `the state store answered ${answer.statusCode} to ${method} ${path}: ${text.slice(0, 500)}`,
    )
  }

  return {
    async read(taskId) {
      return workOf(await call('GET', `/${keyOf(taskId)}`))
    },
    async readMany(taskIds) {
      const keys = taskIds.map(keyOf)
      const found = bulkAnswer.parse(JSON.parse(await call('POST', '/bulk', { keys, parallelism: 10 })))
      const failed = found.find(({ error }) => error)
      // What could not be read is not lost.
      if (failed) throw new Error(`the state store could not read ${failed.key}: ${failed.error}`)
      const works = found.flatMap(({ data }) => (data === undefined ? [] : (workOf(data) ?? [])))
      return new Map(works.map((work) => [work.taskId, work]))
    },
    async save(work) {
      await call('POST', '', [{ key: keyOf(work.taskId), value: JSON.stringify(work) }])
    },
    async publish(work, change) {
      await call('POST', '/transaction', { operations: operationsOf(work, change) })
    },
    async remove(taskId) {
      await call('DELETE', `/${keyOf(taskId)}`)
    },
    close: () => dispatcher.close(),
  }
}

/**
 * The value is JSON as text and without a content type: with one, state.redis wants RedisJSON, fails without it and
 * publishes all the same. No ETag: a conflict publishes too. The second operation is never stored; it is what the
 * event says, and there may be only one such, at the end. The event's attributes are the first one's metadata.
 */
export function operationsOf(work: TaskWork, change: TaskChange): object[] {
  const key = keyOf(work.taskId)
  const traceparent = currentTraceparent()
  const metadata = {
    type: taskChanged.type,
    source: '/tasks',
    subject: work.taskId,
    datacontenttype: 'application/json',
    tenantid: work.actor.tenantId,
    correlationid: currentContext()?.correlationId ?? work.taskId,
    sequence: String(change.version),
    // Otherwise daprd sends an empty one, and the trace breaks here.
    ...(traceparent ? { traceparent } : {}),
  }
  const told = JSON.stringify(change)
  return [
    { operation: 'upsert', request: { key, value: JSON.stringify(work), metadata } },
    { operation: 'upsert', request: { key, value: told, metadata: { 'outbox.projection': 'true' } } },
  ]
}

const bulkAnswer = z.array(
  z.object({ key: z.string(), data: z.unknown().optional(), error: z.string().optional() }),
)

/** What is unreadable is restored from the record, as what is not there, which is an empty text. */
function workOf(value: unknown): TaskWork | undefined {
  try {
    let read = value
    // It was written as text, which may come back as text in JSON.
    for (let depth = 0; depth < 2 && typeof read === 'string'; depth += 1) read = JSON.parse(read)
    return taskWork.safeParse(read).data
  } catch {
    return undefined
  }
}
