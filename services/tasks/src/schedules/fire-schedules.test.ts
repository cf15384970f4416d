import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { emitted } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TasksSchema } from '../database/schema.ts'
import { tickAfter } from './cron.ts'
import { fireSchedules } from './fire-schedules.ts'
import { insertSchedule, type Schedule } from './schedule.repository.ts'

let db: TestDatabase<TasksSchema>
const children: ChildProcess[] = []

beforeAll(async () => {
  db = await createTestDatabase<TasksSchema>('tasks', new URL('../database/migrations/', import.meta.url))
})
afterAll(async () => {
  stopSchedulers()
  await db.close()
})

function stopSchedulers(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL')
}

function schedule(more: Partial<Schedule> = {}): Promise<Schedule> {
  const row = {
    id: randomUUIDv7(),
    tenant_id: DEFAULT_TENANT,
    name: randomUUIDv7(),
    cron: '* * * * * *',
    timezone: 'UTC',
    missed: 'all' as const,
    task_type: 'document-reprocessing',
    next_run_at: new Date(),
    last_run_at: null,
    last_task_id: null,
    created_by: randomUUIDv7(),
    ...more,
  }
  return db.database.transaction(DEFAULT_TENANT, ({ tx }) =>
    insertSchedule(tx, { ...row, params: '{}', paused: more.paused ?? false }),
  )
}

const ticksOf = async ({ id }: Schedule) => {
  const { rows } = await db.admin.query<{ tick_at: Date; task_id: string }>(
    'select tick_at, task_id from schedule_runs where schedule_id = $1 order by tick_at',
    [id],
  )
  return rows
}

const tasksOf = async ({ created_by }: Schedule) =>
  (await emitted(db.admin, taskRequested)).filter(({ actor }) => actor.userId === created_by)

test('two schedulers fire 100 ticks exactly 100 times, though one of them is killed again and again', async () => {
  const began = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000
  const last = new Date(began + 100_000)
  const { id, ...row } = await schedule({ next_run_at: new Date(began + 1_000) })
  const start = () => {
    const child = fork(new URL('./scheduler-process.ts', import.meta.url), [
      JSON.stringify({ settings: db.settings, began, speed: 20 }),
    ])
    children.push(child)
    return child
  }
  start()
  let victim = start()
  let kills = 0
  while ((await ticksOf({ id, ...row })).length < 100) {
    await once(victim, 'message')
    await delay(Math.random() * 200)
    victim.kill('SIGKILL')
    kills++
    victim = start()
  }
  stopSchedulers()
  const ticks = (await ticksOf({ id, ...row })).filter(({ tick_at }) => tick_at <= last)
  expect(kills).toBeGreaterThan(0)
  expect(ticks.map(({ tick_at }) => tick_at.getTime())).toEqual(
    Array.from({ length: 100 }, (_, second) => began + (second + 1) * 1_000),
  )
  const asked = await tasksOf({ id, ...row })
  for (const { task_id } of ticks) expect(asked.filter(({ taskId }) => taskId === task_id)).toHaveLength(1)
}, 60_000)

test('what was missed while everything was down is fired once, or each, as the schedule says', async () => {
  const now = new Date()
  const hourAgo = new Date(now.getTime() - 3_600_000)
  const once = await schedule({
    cron: '*/5 * * * *',
    missed: 'latest',
    next_run_at: tickAfter({ cron: '*/5 * * * *', timezone: 'UTC' }, hourAgo),
  })
  const each = await schedule({
    cron: '*/5 * * * *',
    missed: 'all',
    next_run_at: tickAfter({ cron: '*/5 * * * *', timezone: 'UTC' }, hourAgo),
  })
  await eventually('nothing is due any more', async () => (await fireSchedules(db.database, now)) === 0)
  expect(await ticksOf(once)).toHaveLength(1)
  expect(await ticksOf(each)).toHaveLength(12)
  const [tick] = await ticksOf(once)
  // The last of the twelve, and not the first.
  expect(tick?.tick_at).toEqual((await ticksOf(each)).at(-1)?.tick_at)
})

test('a schedule that cannot be fired is named, and keeps no other waiting', async () => {
  const broken = await schedule({ task_type: 'No Such Word', next_run_at: new Date(0) })
  const sound = await schedule({ missed: 'latest' })
  await expect(fireSchedules(db.database, new Date())).rejects.toThrow(broken.id)
  expect(await ticksOf(sound)).toHaveLength(1)
  expect(await ticksOf(broken)).toEqual([])
  await db.admin.query('delete from schedules where id = $1', [broken.id])
})

test('a paused schedule does not fire', async () => {
  const paused = await schedule({ paused: true, next_run_at: new Date(0) })
  await fireSchedules(db.database, new Date())
  expect(await ticksOf(paused)).toEqual([])
})

test('a schedule is meant in its own time zone, through the change to summer time', () => {
  const paris = { cron: '30 8 * * *', timezone: 'Europe/Paris' }
  expect(tickAfter(paris, new Date('2026-03-28T12:00:00Z'))?.toISOString()).toBe('2026-03-29T06:30:00.000Z')
  expect(tickAfter(paris, new Date('2026-03-27T12:00:00Z'))?.toISOString()).toBe('2026-03-28T07:30:00.000Z')
})
