import { json } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { counting } from './counting.fixture.ts'
import { forgetCopies, forgetTasks } from './forget-tasks.ts'
import { type RunningTasks, startTasks } from './running-tasks.fixture.ts'

// Waits for conditions; on a busy machine these take their time.
vi.setConfig({ testTimeout: 90_000 })

let tasks: RunningTasks
beforeAll(async () => {
  tasks = await startTasks({ types: [counting] })
}, 120_000)
afterAll(() => tasks?.[Symbol.asyncDispose]())

const age = (id: string, interval: string) =>
  tasks.admin.query('update tasks set changed_at = now() - $2::interval where id = $1', [id, interval])

test('the copy of a task that is over leaves Redis after an hour, and a retry goes on without it', async () => {
  const failed = await tasks.start('counting', { word: randomUUIDv7(), to: 3, failing: [2] })
  const fresh = await tasks.start('counting', { word: randomUUIDv7(), to: 1 })
  await tasks.until(failed, 'failed')
  await tasks.until(fresh, 'completed')
  await age(failed, '61 minutes')
  await forgetCopies(tasks.database, tasks.store)
  expect(await tasks.store.read(failed)).toBeUndefined()
  expect(await tasks.store.read(fresh)).toMatchObject({ state: 'completed' })
  await tasks.call(tasks.someone, `/tasks/${failed}/retry`, json({ only: 'failed' }))
  await tasks.until(failed, 'completed')
  expect(await tasks.store.read(failed)).toMatchObject({ state: 'completed', run: 2 })
})

test('a task is forgotten after its days, and not before', async () => {
  const old = await tasks.start('counting', { word: randomUUIDv7(), to: 1 })
  const young = await tasks.start('counting', { word: randomUUIDv7(), to: 1 })
  for (const id of [old, young]) await tasks.until(id, 'completed')
  await age(old, '31 days')
  await age(young, '29 days')
  await forgetCopies(tasks.database, tasks.store)
  await forgetTasks(tasks.database, 30)
  expect((await tasks.call(tasks.someone, `/tasks/${old}`)).status).toBe(404)
  expect((await tasks.call(tasks.someone, `/tasks/${young}`)).status).toBe(200)
})
