import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { counting, timesDone } from './counting.fixture.ts'
import { type RunningTasks, startTasks } from './running-tasks.fixture.ts'

// Waits for conditions; on a busy machine these take their time.
vi.setConfig({ testTimeout: 90_000 })

let tasks: RunningTasks
beforeAll(async () => {
  tasks = await startTasks({ types: [counting] })
}, 120_000)
afterAll(() => tasks?.[Symbol.asyncDispose]())

const figures = async () => {
  const { rows } = await tasks.admin.query<{ state: string; tasks: number; done: number }>(
    `select state, count(*)::int as tasks, coalesce(sum((work ->> 'done')::int), 0)::int as done
     from tasks group by state`,
  )
  const of = (state: string) => rows.find((row) => row.state === state)?.tasks ?? 0
  return { of, done: rows.reduce((sum, row) => sum + row.done, 0) }
}

test('Redis flushed again and again during 100 running tasks: every one reaches its right end', async () => {
  const steps = 12
  // A busy machine is not what is tried here.
  await tasks.admin.query('update task_types set step_seconds = 60')
  const words = Array.from({ length: 100 }, () => randomUUIDv7())
  await Promise.all(
    words.map((word, index) =>
      tasks.start('counting', { word, to: steps, failing: index % 10 === 9 ? [3] : [], pauseSeconds: 0.2 }),
    ),
  )
  let flushes = 0
  for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    await eventually(`${part * 100} % are done`, async () => (await figures()).done > 100 * steps * part, 180)
    await tasks.redis.client.flushall()
    flushes += 1
  }
  await eventually(
    'all are over',
    async () => {
      const { of } = await figures()
      return of('completed') + of('failed') === 100
    },
    180,
  )

  const { of } = await figures()
  const counts = words.map(timesDone)
  console.info(
    `${flushes} flushes, 100 tasks of ${steps} steps: ${of('completed')} completed, ${of('failed')} failed as told to`,
  )
  expect([of('completed'), of('failed')]).toEqual([90, 10])
  for (const [index, times] of counts.entries()) {
    expect(times).toEqual(Array.from({ length: index % 10 === 9 ? steps - 1 : steps }, () => 1))
  }

  await eventually(
    'every transition was told, by Dapr’s outbox or again by ours',
    async () => {
      const { rows } = await tasks.admin.query(
        'select count(*)::int as open from task_transitions where confirmed_at is null',
      )
      return rows[0].open === 0
    },
    90,
  )
  const { rows } = await tasks.admin.query<{ all: number; again: number; broken: number }>(
    `select count(*)::int as all, count(told_again_at)::int as again,
       count(*) filter (where change ->> 'from' is distinct from before)::int as broken
     from (select *, lag(change ->> 'to') over (partition by task_id order by version) as before
           from task_transitions) t`,
  )
  console.info(`transitions: ${rows[0]?.all}, lost 0, told again after a flush: ${rows[0]?.again}`)
  // More than three a task where a busy machine lets a step time out.
  expect(rows[0]?.all).toBeGreaterThanOrEqual(300)
  expect(rows[0]?.broken).toBe(0)
}, 480_000)

test('the state of a task that waits is restored without its doing anything', async () => {
  const id = await tasks.start('counting', { word: randomUUIDv7(), to: 3, pauseSeconds: 600 })
  await eventually('it waits', async () => (await tasks.get(id)).progress.done === 1)
  await tasks.redis.client.flushall()
  expect(await tasks.store.read(id)).toBeUndefined()
  const restored = await eventually('it is there again', () => tasks.store.read(id))
  expect(restored).toMatchObject({ state: 'running', done: 1, cursor: { item: 2 } })
  expect(await tasks.store.readMany([randomUUIDv7(), id])).toEqual(new Map([[id, restored]]))
})
