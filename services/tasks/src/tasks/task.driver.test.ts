import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type TaskDriver, taskDriver } from './task.driver.ts'
import { findTask } from './task.repository.ts'
import { acceptTask, openTaskRecord } from './task-record.fixture.ts'

let record: Awaited<ReturnType<typeof openTaskRecord>>
let driver: TaskDriver
beforeAll(async () => {
  record = await openTaskRecord()
  driver = taskDriver(record)
})
afterEach(() => vi.useRealTimers())
afterAll(async () => {
  await driver?.stop()
  await record?.close()
})

const settled = (id: string) =>
  vi.waitFor(async () => {
    const task = await record.database.system(({ tx }) => findTask(tx, id))
    expect(task).toMatchObject({ lease_until: null, state: 'running' })
  }, 3_000)

test('a task is begun soon though its transaction commits long after it has woken the driver', async () => {
  const id = await record.database.system(async ({ tx }) => {
    const accepted = await acceptTask(tx)
    // With a connection of its own by now, its looks take no time.
    await driver.look()
    driver.wake()
    await delay(120)
    return accepted
  })
  await settled(id)
})

test('a process whose clock is behind takes a turn once, and not again and again until its clock is there', async () => {
  const id = await record.database.system(({ tx }) => acceptTask(tx))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  for (let looks = 0; looks < 5; looks++) {
    await driver.look()
    await settled(id)
  }
  const { rows } = await record.admin.query(
    'select epoch, due_at > now() as later from tasks where id = $1',
    [id],
  )
  expect(rows).toEqual([{ epoch: 1, later: true }])
})
