import { setTimeout as delay } from 'node:timers/promises'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { counting } from './counting.fixture.ts'
import { type RunningTasks, startTasks } from './running-tasks.fixture.ts'
import { operationsOf, type TaskChange } from './state-store.ts'
import { taskMetrics } from './task.metrics.ts'

let tasks: RunningTasks
beforeAll(async () => {
  tasks = await startTasks({ types: [counting] })
}, 120_000)
afterAll(() => tasks?.[Symbol.asyncDispose]())

const told = async (outcome: string): Promise<number> =>
  (await taskMetrics.events.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0

/** One in ten of what a test does on purpose. */
const PHANTOMS = 100
const DUPLICATES = 100

/** A transaction for a task that is over: refused by Redis, and told by Dapr's outbox all the same. */
async function failOne(taskId: string): Promise<boolean> {
  const work = await tasks.store.read(taskId)
  if (!work) throw new Error('the task has no state')
  const { rows } = await tasks.admin.query<{ change: TaskChange }>(
    'select change from task_transitions where task_id = $1 order by version desc limit 1',
    [taskId],
  )
  const transitionId = randomUUIDv7()
  const change: TaskChange = { ...rows[0]?.change, transitionId, version: work.version + 1 } as TaskChange
  const operations = operationsOf({ ...work, transitionId }, change)
  // The first of the two is what is stored.
  const [{ request }] = operations as [{ request: { metadata: object } }]
  request.metadata = { ...request.metadata, contentType: 'application/json' }
  const answer = await fetch(`${tasks.daprd.url}/v1.0/state/statestore/transaction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'dapr-api-token': tasks.daprd.apiToken },
    body: JSON.stringify({ operations }),
  })
  return answer.status === 500
}

test('a transition that meets no others is told a second after it was recorded', async () => {
  const ids: string[] = []
  for (let count = 0; count < 20; count += 1) {
    ids.push(await tasks.start('counting', { word: randomUUIDv7(), to: 1 }))
    await delay(250)
  }
  const { rows } = await eventually('all have come back', async () => {
    const found = await tasks.admin.query<{ told: number; all: number; p50: number; p90: number }>(
      `select count(confirmed_at)::int as told, count(*)::int as all,
         extract(epoch from percentile_cont(0.5) within group (order by confirmed_at - recorded_at)) * 1000 as p50,
         extract(epoch from percentile_cont(0.9) within group (order by confirmed_at - recorded_at)) * 1000 as p90
       from task_transitions where task_id = any ($1)`,
      [ids],
    )
    return found.rows[0]?.told === 60 && found
  })
  const { p50 = 0, p90 = 0 } = rows[0] ?? {}
  console.info(`Dapr outbox, 12 transitions a second: p50 ${Math.round(p50)} ms, p90 ${Math.round(p90)} ms`)
}, 60_000)

test('1,000 transitions through Dapr’s outbox, failed transactions among them: none lost, no phantom believed', async () => {
  const began = new Date()
  const before = { phantom: await told('phantom'), duplicate: await told('duplicate') }
  await tasks.admin.query('update task_types set step_seconds = 120')
  const ids = await Promise.all(
    Array.from({ length: 334 }, () => tasks.start('counting', { word: randomUUIDv7(), to: 1 })),
  )
  await eventually(
    'all are over',
    async () => {
      const { rows } = await tasks.admin.query(
        `select count(*)::int as open from tasks where state <> 'completed'`,
      )
      return rows[0].open === 0
    },
    120,
  )
  const failures = await Promise.all(ids.slice(0, PHANTOMS).map(failOne))
  expect(failures.every(Boolean)).toBe(true)

  await eventually(
    'every transition has come back',
    async () => {
      const { rows } = await tasks.admin.query(
        'select count(*)::int as open from task_transitions where confirmed_at is null',
      )
      return rows[0].open === 0
    },
    120,
  )
  await eventually(
    'every phantom was refused',
    async () => (await told('phantom')) >= before.phantom + PHANTOMS,
    60,
  )
  // As a daprd does that dies between telling and forgetting.
  const { rows: some } = await tasks.admin.query<{ change: TaskChange }>(
    'select change from task_transitions limit $1',
    [DUPLICATES],
  )
  await tasks.database.transaction(tasks.someone.tenantId, async ({ emit }) => {
    for (const { change } of some) emit(taskChanged, change)
  })
  const { rows } = await tasks.admin.query<Record<string, number>>(
    `
    select count(*)::int as all, count(told_again_at)::int as again,
      extract(epoch from percentile_cont(0.5) within group (order by confirmed_at - recorded_at)) * 1000 as p50,
      extract(epoch from percentile_cont(0.9) within group (order by confirmed_at - recorded_at)) * 1000 as p90,
      count(*) / extract(epoch from max(confirmed_at) - min(recorded_at)) as rate
    from task_transitions where recorded_at >= $1`,
    [began],
  )
  const { all = 0, again = 0, p50 = 0, p90 = 0, rate = 0 } = rows[0] ?? {}
  const phantoms = (await told('phantom')) - before.phantom
  // What was told again because its event was late comes twice in the end.
  const doubled = await eventually(
    'every duplicate was noticed',
    async () => {
      const noticed = (await told('duplicate')) - before.duplicate
      return noticed >= DUPLICATES + again && noticed
    },
    60,
  )
  console.info(
    `Dapr outbox: ${all} transitions, 0 lost (${again} told again by our outbox), ${phantoms} phantoms of ` +
      `${PHANTOMS} failed transactions refused, 0 believed; ${doubled} of ${DUPLICATES} duplicates absorbed; ` +
      `p50 ${Math.round(p50)} ms, p90 ${Math.round(p90)} ms, ${Math.round(rate)}/s`,
  )
  expect(all).toBe(1_002)
  expect(phantoms).toBe(PHANTOMS)
  expect(doubled).toBe(DUPLICATES + again)
}, 360_000)
