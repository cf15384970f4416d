import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { counting } from './counting.fixture.ts'
import { type RunningTasks, startTasks } from './running-tasks.fixture.ts'
import { operationsOf, type TaskChange } from './state-store.ts'
import { taskMetrics } from './task.metrics.ts'
import { commitTurn, TurnLost, takeTurn } from './task.turn.ts'
import type { TaskWork } from './task.work.ts'
import { claimTurns, type Turn } from './turn.repository.ts'

// Waits for conditions; on a busy machine these take their time.
vi.setConfig({ testTimeout: 90_000 })

let tasks: RunningTasks
beforeAll(async () => {
  tasks = await startTasks({ types: [counting] })
}, 120_000)
afterAll(() => tasks?.[Symbol.asyncDispose]())

const told = async (outcome: string): Promise<number> =>
  (await taskMetrics.events.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0

/** A task that has stopped to wait for long, so that nobody but the test touches it. */
async function waiting(): Promise<{ work: TaskWork; turn: () => Promise<Turn> }> {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 3, pauseSeconds: 600 })
  await eventually('it waits', async () => (await tasks.get(id)).progress.done === 1)
  const work = await tasks.store.read(id)
  if (!work) throw new Error('the task has no state')
  const turn = async () => {
    await tasks.driver.stop()
    await tasks.admin.query('update tasks set due_at = now(), lease_until = null where id = $1', [id])
    const turns = await tasks.database.system(({ tx }) => claimTurns(tx, 'a test', 16))
    const own = turns.find((one) => one.id === id)
    if (!own) throw new Error('the task could not be leased')
    return own
  }
  return { work, turn }
}

const next = (work: TaskWork, more: Partial<TaskWork> = {}): [TaskWork, TaskChange] => {
  const moved: TaskWork = {
    ...work,
    state: 'completed',
    version: work.version + 1,
    transitionId: randomUUIDv7(),
    ...more,
  }
  const { taskId, type, transitionId, version, run, attempt, done, failed, total } = moved
  const position = { run, attempt, done, failed, total, error: null }
  const at = new Date().toISOString()
  const names = { taskId, type, transitionId, version, from: work.state, to: moved.state }
  return [moved, { ...names, ...position, requestedBy: work.actor.userId, at }]
}

/** Posts a transaction that Redis refuses while Dapr's outbox has sent its event on its way already. */
async function failTransaction(operations: object[]): Promise<number> {
  const answer = await fetch(`${tasks.daprd.url}/v1.0/state/statestore/transaction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'dapr-api-token': tasks.daprd.apiToken },
    body: JSON.stringify({ operations }),
  })
  return answer.status
}

test('events of transactions that failed are published by Dapr, and refused as phantoms', async () => {
  const { work } = await waiting()
  const before = await told('phantom')
  const [conflicting, conflict] = next(work)
  const [, second] = operationsOf(conflicting, conflict)
  const [first] = operationsOf(conflicting, conflict) as { request: object }[]
  const wrongEtag = {
    operation: 'upsert',
    request: { ...first?.request, etag: '99999', options: { concurrency: 'first-write' } },
  }
  expect(await failTransaction([wrongEtag, second ?? {}])).toBe(500)

  const [asJson, change] = next(work)
  const [plain, projection] = operationsOf(asJson, change) as { request: { metadata: object } }[]
  const withType = {
    operation: 'upsert',
    request: { ...plain?.request, metadata: { ...plain?.request.metadata, contentType: 'application/json' } },
  }
  expect(await failTransaction([withType, projection ?? {}])).toBe(500)

  await eventually('both were refused', async () => (await told('phantom')) >= before + 2, 60)
  const { rows } = await tasks.admin.query('select 1 from task_transitions where transition_id = any ($1)', [
    [conflict.transitionId, change.transitionId],
  ])
  expect(rows).toEqual([])
  expect(await tasks.get(work.taskId)).toMatchObject({ state: 'running' })
})

test('a transition that is told twice counts once', async () => {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 1 })
  await tasks.until(id, 'completed')
  const { rows } = await tasks.admin.query<{ change: TaskChange }>(
    'select change from task_transitions where task_id = $1',
    [id],
  )
  const before = await told('duplicate')
  await tasks.database.transaction(tasks.someone.tenantId, async ({ emit }) => {
    for (const { change } of rows) emit(taskChanged, change)
  })
  await eventually(
    'the second telling was noticed',
    async () => (await told('duplicate')) >= before + rows.length,
  )
  expect((await tasks.get(id)).state).toBe('completed')
})

test('a writer who has lost his lease cannot commit, and what he has written to Redis is put right', async () => {
  const { work, turn } = await waiting()
  const rules = { maxRetries: 2, retrySeconds: 1 }
  const stale = await turn()
  // He stalls; another takes the lease and brings the task to its end.
  const fresh = await turn()
  expect(fresh.epoch).toBeGreaterThan(stale.epoch)
  const cancelBy = new Date()
  const ended = await takeTurn({ ...fresh, cancel_by: cancelBy }, tasks.store, rules, new Date())
  await tasks.database.transaction(fresh.tenant_id, (scope) => commitTurn(scope, fresh, ended))

  const late = await takeTurn({ ...stale, cancel_by: cancelBy }, tasks.store, rules, new Date())
  const committing = tasks.database.transaction(stale.tenant_id, (scope) => commitTurn(scope, stale, late))
  await expect(committing).rejects.toThrow(TurnLost)

  const { rows } = await tasks.admin.query<{ transition_id: string }>(
    'select transition_id from task_transitions where task_id = $1 order by version desc limit 1',
    [work.taskId],
  )
  expect(rows[0]?.transition_id).toBe(ended.work.transitionId)
  const again = await takeTurn({ ...(await turn()), cancel_by: null }, tasks.store, rules, new Date())
  expect(again.work.transitionId).toBe(ended.work.transitionId)
  expect(await tasks.store.read(work.taskId)).toMatchObject({ transitionId: ended.work.transitionId })
})
