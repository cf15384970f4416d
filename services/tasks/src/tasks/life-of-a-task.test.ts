import { setTimeout as delay } from 'node:timers/promises'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { json } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { announceOrphaned, counting, timesDone } from './counting.fixture.ts'
import { type RunningTasks, startTasks } from './running-tasks.fixture.ts'

/* On real parts: PostgreSQL, RabbitMQ, Redis, daprd with its state store and outbox. */

// Waits for conditions; on a busy machine these take their time.
vi.setConfig({ testTimeout: 90_000 })

let tasks: RunningTasks
beforeAll(async () => {
  tasks = await startTasks({ types: [counting] })
}, 120_000)
afterAll(() => tasks?.[Symbol.asyncDispose]())

const read = async (path: string): Promise<{ items: Record<string, unknown>[] }> =>
  // Lists have items.
  (await (await tasks.call(tasks.someone, path)).json()) as { items: Record<string, unknown>[] }

const linesOf = async (id: string) => (await read(`/tasks/${id}/log`)).items.map(({ line }) => line)

async function statesOf(id: string): Promise<string[]> {
  const { rows } = await tasks.admin.query(
    `select change ->> 'to' as state from task_transitions where task_id = $1 order by version`,
    [id],
  )
  return rows.map(({ state }) => state)
}

test('a task runs to its end, with progress, log and result, and each transition is told once', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 5 })
  const task = await tasks.until(id, 'completed')
  expect(task.progress).toMatchObject({ done: 5, failed: 0, total: 5 })
  expect(await linesOf(id)).toEqual([...[1, 2, 3, 4, 5].map((n) => `counted ${n}`), 'completed: 5 done'])
  const result = await (await tasks.call(tasks.someone, `/tasks/${id}/result`)).json()
  expect(result).toMatchObject({ state: 'completed', result: { counted: 5 } })
  expect(timesDone(word)).toEqual([1, 1, 1, 1, 1])
  expect(await statesOf(id)).toEqual(['pending', 'running', 'completed'])
  expect(await tasks.store.read(id)).toMatchObject({ state: 'completed', version: task.version })
  await eventually('Dapr’s outbox has told all of them', async () => {
    const { rows } = await tasks.admin.query(
      'select count(*)::int as open from task_transitions where task_id = $1 and confirmed_at is null',
      [id],
    )
    return rows[0].open === 0
  })
})

test('a task of which items failed can be retried for these alone', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 6, failing: [2, 5] })
  const failed = await tasks.until(id, 'failed')
  expect(failed).toMatchObject({
    error: { code: 'items_failed' },
    progress: { done: 4, failed: 2, total: 6 },
  })
  const { items } = await read(`/tasks/${id}/failures`)
  expect(items).toEqual([
    { item: '2', reason: 'does not like 2' },
    { item: '5', reason: 'does not like 5' },
  ])
  const retried = await tasks.call(tasks.someone, `/tasks/${id}/retry`, json({ only: 'failed' }))
  expect(retried.status).toBe(202)
  const done = await tasks.until(id, 'completed')
  expect(done).toMatchObject({ run: 2, error: null, progress: { done: 2, failed: 0, total: 2 } })
  expect(timesDone(word)).toEqual([1, 1, 1, 1, 1, 1])
  expect(await statesOf(id)).toEqual([
    ...['pending', 'running', 'failed'],
    ...['retrying', 'running', 'completed'],
  ])
})

test('a failed task can be retried from its beginning', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 3, failing: [3] })
  await tasks.until(id, 'failed')
  await tasks.call(tasks.someone, `/tasks/${id}/retry`, json({}))
  await eventually('it has failed again', async () => {
    const { state, run } = await tasks.get(id)
    return state === 'failed' && run === 2
  })
  expect(timesDone(word)).toEqual([2, 2])
})

test('a step that fails is undone and tried again from where it was', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 4, breaks: { at: 3, times: 2 } })
  const waiting = await tasks.until(id, 'retrying')
  expect(waiting).toMatchObject({ error: { message: 'stumbled at 3' }, retryAt: expect.any(String) })
  const done = await tasks.until(id, 'completed')
  expect(done).toMatchObject({ attempt: 1, run: 1, error: null, progress: { done: 4 } })
  expect((await statesOf(id)).filter((state) => state === 'retrying')).toHaveLength(2)
  expect(timesDone(word)).toEqual([1, 1, 1, 1])
})

test('after the last attempt it stays failed, and goes on where it was when somebody retries what failed', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 4, breaks: { at: 2, times: 3 } })
  await eventually('every attempt has failed', async () => {
    const { state, attempt } = await tasks.get(id)
    return state === 'failed' && attempt === 3
  })
  const states = await statesOf(id)
  expect(states.slice(-3)).toEqual(['failed', 'retrying', 'failed'])
  expect(await linesOf(id)).toContain('gave up after 3 attempts')
  await tasks.call(tasks.someone, `/tasks/${id}/retry`, json({ only: 'failed' }))
  await tasks.until(id, 'completed')
  expect(timesDone(word)).toEqual([1, 1, 1, 1])
})

test('what no repetition will mend is not repeated', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 4, breaks: { at: 2, times: 1, permanent: true } })
  const failed = await tasks.until(id, 'failed')
  expect(failed).toMatchObject({ attempt: 1, error: { code: 'cannot_count' } })
  expect(await statesOf(id)).toEqual(['pending', 'running', 'failed'])
})

test('a step that answers after its deadline has its effects once all the same', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 3, slow: { at: 2, milliseconds: 3_500 } })
  await tasks.until(id, 'retrying')
  await tasks.until(id, 'completed')
  expect(timesDone(word)).toEqual([1, 1, 1])
})

test('a task whose service is gone is ended within its deadlines', async () => {
  await announceOrphaned(tasks)
  const began = Date.now()
  const id = await tasks.start('orphaned')
  await eventually('it was given up', async () => {
    const { state, attempt } = await tasks.get(id)
    return state === 'failed' && attempt === 3
  })
  // Three attempts of a second each, one and two seconds between them, and looks every half second.
  console.info(`orphan ended after ${((Date.now() - began) / 1_000).toFixed(1)} s (deadlines: 6 s)`)
  expect(Date.now() - began).toBeLessThan(20_000)
  expect((await tasks.get(id)).error?.code).toBe('step_timed_out')
})

test('cancelling lets the running step finish, and nothing follows it', async () => {
  const word = randomUUIDv7()
  const id = await tasks.start('counting', { word, to: 5, slow: { at: 2, milliseconds: 1_000 } })
  await eventually('the second step runs', async () => (await tasks.get(id)).progress.done === 1)
  await delay(200)
  const answer = await tasks.call(tasks.someone, `/tasks/${id}/cancel`, { method: 'POST' })
  expect(answer.status).toBe(202)
  expect(await answer.json()).toMatchObject({ state: 'running', cancelBy: expect.any(String) })
  const cancelled = await tasks.until(id, 'cancelled')
  expect(cancelled.progress.done).toBe(2)
  expect(timesDone(word)).toEqual([1, 1])
  const again = await tasks.call(tasks.someone, `/tasks/${id}/cancel`, { method: 'POST' })
  expect(again.status).toBe(409)
  expect(await again.json()).toMatchObject({ code: 'invalid_transition', state: 'cancelled' })
})

test('a step that does not end is cut off at the deadline of the cancellation; its late answer changes nothing', async () => {
  await announceOrphaned(tasks, 600)
  const id = await tasks.start('orphaned')
  await tasks.until(id, 'running')
  const began = Date.now()
  await tasks.call(tasks.someone, `/tasks/${id}/cancel`, { method: 'POST' })
  const { version } = await tasks.until(id, 'cancelled')
  expect(Date.now() - began).toBeGreaterThan(1_500)
  expect(await linesOf(id)).toContain('cancelled without waiting any longer for its step')
  await tasks.database.transaction(tasks.someone.tenantId, async ({ emit }) => {
    const outcome = { done: 1, failed: 0, total: 1, cursor: null, next: 'end' as const }
    emit(taskStepFinished, { taskId: id, run: 1, attempt: 1, step: 1, outcome, error: null })
  })
  await delay(1_000)
  expect(await tasks.get(id)).toMatchObject({ state: 'cancelled', version })
})

test('a task that waits between two steps or for its next attempt is cancelled at once', async () => {
  const pausing = await tasks.start('counting', { word: randomUUIDv7(), to: 5, pauseSeconds: 600 })
  await eventually('it waits', async () => (await tasks.get(pausing)).progress.done === 1)
  await tasks.call(tasks.someone, `/tasks/${pausing}/cancel`, { method: 'POST' })
  await tasks.until(pausing, 'cancelled', 5)

  const retrying = await tasks.start('counting', { word: randomUUIDv7(), to: 5, breaks: { at: 1, times: 9 } })
  await tasks.until(retrying, 'retrying')
  await tasks.call(tasks.someone, `/tasks/${retrying}/cancel`, { method: 'POST' })
  await tasks.until(retrying, 'cancelled', 5)
})
