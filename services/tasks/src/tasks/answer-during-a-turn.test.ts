import { afterAll, beforeAll, expect, test } from 'vitest'
import { askToCancel, findTask, recordAnswer } from './task.repository.ts'
import { commitTurn, takeTurn } from './task.turn.ts'
import type { TaskWork } from './task.work.ts'
import { acceptTask, openTaskRecord } from './task-record.fixture.ts'
import { claimTurns, type Turn } from './turn.repository.ts'

let record: Awaited<ReturnType<typeof openTaskRecord>>
beforeAll(async () => {
  record = await openTaskRecord()
})
afterAll(() => record?.close())

async function claim(id: string): Promise<Turn> {
  const turns = await record.database.system(({ tx }) => claimTurns(tx, 'a test', 16))
  const own = turns.find((one) => one.id === id)
  if (!own) throw new Error('the task is not due')
  return own
}

async function finish(turn: Turn): Promise<TaskWork> {
  const result = await takeTurn(turn, record.store, record.rules, turn.leased_at)
  await record.database.transaction(turn.tenant_id, (scope) => commitTurn(scope, turn, result))
  return result.work
}

/** A task whose first step has been asked for. */
async function asked(): Promise<string> {
  const id = await record.database.system(({ tx }) => acceptTask(tx))
  expect(await finish(await claim(id))).toMatchObject({ state: 'running', waiting: 'step' })
  return id
}

const answer = (id: string) => {
  const outcome = { done: 1, failed: 0, total: 1, cursor: null, next: 'end' as const }
  const position = { run: 1, attempt: 1, step: 1 }
  return record.database.system(({ tx }) => recordAnswer(tx, id, { ...position, outcome, error: null }))
}

test('an answer that comes while a turn is being taken is left to the next one', async () => {
  const id = await asked()
  await record.database.system(({ tx }) => askToCancel(tx, id, 30))
  const cancelling = await claim(id)
  expect(await answer(id)).toBe(true)
  expect(await finish(cancelling)).toMatchObject({ state: 'running', waiting: 'step' })
  expect(await finish(await claim(id))).toMatchObject({ state: 'completed', done: 1 })
})

test('an answer to an attempt that the turn has given up is in nobody’s way', async () => {
  const id = await asked()
  await record.store.remove(id)
  await record.admin.query(
    `update tasks set due_at = now(), work = jsonb_set(work::jsonb, '{dueAt}', '"2026-01-01T00:00:00.000Z"')
     where id = $1`,
    [id],
  )
  const timedOut = await claim(id)
  expect(await answer(id)).toBe(true)
  expect(await finish(timedOut)).toMatchObject({ state: 'retrying', error: { code: 'step_timed_out' } })
  expect(await record.database.system(({ tx }) => findTask(tx, id))).toMatchObject({ answer: null })
})
