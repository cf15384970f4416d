import { afterAll, beforeAll, expect, test } from 'vitest'
import { restoreStates } from './restore-states.ts'
import { taskDriver } from './task.driver.ts'
import { acceptTask, openTaskRecord } from './task-record.fixture.ts'

let record: Awaited<ReturnType<typeof openTaskRecord>>
beforeAll(async () => {
  record = await openTaskRecord()
})
afterAll(() => record?.close())

test('copies of however many waiting tasks are looked for together, and those that are lost put back', async () => {
  const { database, store } = record
  const ids = await Promise.all([1, 2, 3].map(() => database.system(({ tx }) => acceptTask(tx))))
  const driver = taskDriver(record)
  await driver.look()
  await driver.stop()
  const [lost = ''] = ids
  await store.remove(lost)

  const calls: string[] = []
  const read = (id: string) => {
    calls.push('read')
    return store.read(id)
  }
  const readMany = (wanted: readonly string[]) => {
    calls.push(`read ${wanted.length}`)
    return store.readMany(wanted)
  }
  expect(await restoreStates(database, { ...store, read, readMany })).toBe(1)
  expect(calls).toEqual(['read 3'])
  expect(await store.read(lost)).toMatchObject({ taskId: lost, state: 'running' })
})
