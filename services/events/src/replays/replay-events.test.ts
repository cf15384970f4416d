import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { taskStepFinished } from '@alta/contracts/events/task-step-finished.v1'
import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { emitted, eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { deleted, startEventStore, type TestEventStore } from '../store/event-store.fixture.ts'

let events: TestEventStore
const operator = person({ roles: ['operator'] })
let step = 0

beforeAll(async () => {
  events = await startEventStore()
})
afterAll(() => events.close())
beforeEach(async () => {
  await events.reset()
  step = 0
})

async function begin(more = {}): Promise<string> {
  const wanted = { consumer: 'reviews', from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', ...more }
  return (await events.post(operator, '/replays', wanted)).body.id
}
const progress = async (id: string) => (await events.get(operator, `/replays/${id}`)).body

const request = (taskId: string, number: number) =>
  eventOf(taskStepRequested, {
    taskId,
    type: 'event-replay',
    run: 1,
    attempt: 1,
    step: number,
    params: { replayId: taskId },
    cursor: null,
    onlyFailed: null,
    actor: { userId: operator.userId, tenantId: operator.tenantId },
  })

/** One more step, as the tasks service asks for it. */
async function take(id: string) {
  step += 1
  await events.deliver(request(id, step))
  const { outcome } = (await emitted(events.admin, taskStepFinished)).at(-1) ?? {}
  if (!outcome) throw new Error('the step failed')
  return outcome
}

async function takeUntil(id: string, state: string) {
  for (let count = 0; count < 50; count++) {
    await take(id)
    if ((await progress(id)).state === state) return
  }
  throw new Error(`the replay never was ${state}`)
}

type Copy = { id: string; source: string; topic: string; replayid: string; replayfor: string }
const answer = ({ id: messageId, source, topic, replayid: replayId, replayfor: app }: Copy) =>
  eventOf(messageHandled, { app, handler: `${app}/${topic}`, messageId, source, topic, replayId })

test('sends each stored event once, as a muted copy for one consumer', async () => {
  const stored = await events.store(...Array.from({ length: 620 }, () => deleted({ anextension: 'kept' })))
  const id = await begin()
  await takeUntil(id, 'waiting')
  const byId = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id)
  const copies = (await events.copies()).sort(byId)
  expect(copies).toEqual(
    stored.map((event) => ({ ...event, replayfor: 'reviews', replayid: id, effects: 'muted' })).sort(byId),
  )
  expect(await progress(id)).toMatchObject({
    total: 620,
    sent: 620,
    handled: 0,
    failed: 0,
    awaited: 620,
  })
})

test('a live replay is not muted', async () => {
  const [event] = await events.store(deleted())
  const id = await begin({ effects: 'live' })
  await takeUntil(id, 'waiting')
  expect(await events.copies()).toEqual([{ ...event, replayfor: 'reviews', replayid: id }])
})

test('what happens after its beginning is not part of it', async () => {
  await events.store(deleted())
  const id = await begin()
  await take(id)
  await events.store(deleted())
  await takeUntil(id, 'waiting')
  expect(await events.copies()).toHaveLength(1)
})

test('is completed when every copy was handled or given up', async () => {
  await events.store(deleted(), deleted(), deleted())
  const id = await begin()
  await takeUntil(id, 'waiting')
  const [first, second, third] = await events.copies()
  await events.deliver(answer(first))
  await events.deliver(answer(first))
  const failed = {
    ...messageFailed.example,
    app: 'reviews',
    handler: 'reviews/project.deleted.v1',
    event: second,
  }
  await events.deliver(eventOf(messageFailed, failed))
  expect(await take(id)).toMatchObject({ done: 1, failed: 1, total: 3, next: { afterSeconds: 1 } })
  await events.deliver(answer(third))
  expect(await take(id)).toMatchObject({ done: 2, failed: 1, total: 3, next: 'end' })
  expect(await progress(id)).toMatchObject({ state: 'completed', handled: 2, failed: 1 })
})

test('answers to copies of something else do not count', async () => {
  await events.store(deleted())
  const id = await begin()
  await takeUntil(id, 'waiting')
  const [copy] = await events.copies()
  await events.deliver(answer({ ...copy, replayid: randomUUIDv7() }))
  await events.deliver(eventOf(messageFailed, { ...messageFailed.example, event: deleted() }))
  expect(await progress(id)).toMatchObject({ handled: 0, failed: 0 })
})

test('a step that is asked for again, or by two at once, sends nothing twice', async () => {
  await events.store(...Array.from({ length: 700 }, () => deleted()))
  const id = await begin()
  await take(id)
  for (let number = 2; number <= 5; number++) {
    const again = request(id, number)
    await Promise.all([events.deliver(again), events.deliver(again), events.deliver(request(id, number))])
  }
  const sent = (await events.copies()).map((copy: Copy) => copy.id)
  expect(sent).toHaveLength(700)
  expect(new Set(sent).size).toBe(700)
})

test('a step that breaks off in the middle has sent nothing, and the next one leaves nothing out', async () => {
  await events.store(...Array.from({ length: 30 }, () => deleted()))
  const id = await begin()
  await take(id)
  // As if the process had ended just before the commit.
  await events.admin.query(
    `create function crash() returns trigger language plpgsql as $$ begin raise exception 'crash'; end $$;
     create trigger crash before update on replays for each row execute function crash()`,
  )
  await expect(take(id)).rejects.toThrow('the step failed')
  await events.admin.query('drop trigger crash on replays; drop function crash()')
  expect(await events.copies()).toEqual([])
  await takeUntil(id, 'waiting')
  expect(await events.copies()).toHaveLength(30)
})

test('paused it sends nothing, resumed it goes on, stopped it ends', async () => {
  await events.store(...Array.from({ length: 1_200 }, () => deleted()))
  const id = await begin()
  const act = (action: string) => events.post(operator, `/replays/${id}/${action}`)
  await take(id)
  await take(id)
  await act('pause')
  expect(await take(id)).toMatchObject({ next: { afterSeconds: 5 } })
  expect(await events.copies()).toHaveLength(500)
  await act('resume')
  await take(id)
  expect(await events.copies()).toHaveLength(1_000)
  await act('stop')
  expect(await take(id)).toMatchObject({ next: 'end', result: { state: 'stopped', sent: 1_000 } })
  expect(await events.copies()).toHaveLength(1_000)
})

test('keeps to the rate that it was given', async () => {
  await events.store(...Array.from({ length: 30 }, () => deleted()))
  const id = await begin({ eventsPerSecond: 10 })
  await take(id)
  expect(await take(id)).toMatchObject({ next: { afterSeconds: 1 } })
  expect(await events.copies()).toHaveLength(10)
})

test('stops when its task is cancelled, and goes on when that turns out never to have happened', async () => {
  await events.store(deleted())
  const id = await begin()
  await take(id)
  const change = { ...taskChanged.example, taskId: id, to: 'cancelled' as const }
  await events.deliver(eventOf(taskChanged, change))
  expect(await progress(id)).toMatchObject({ state: 'stopped', reason: expect.stringContaining('cancelled') })
  await takeUntil(id, 'waiting')
  expect(await events.copies()).toHaveLength(1)
})

test('a replay that ended long ago is forgotten with its answers, one that goes on is not', async () => {
  await events.store(deleted())
  const old = await begin()
  await takeUntil(old, 'waiting')
  const [copy] = await events.copies()
  await events.deliver(answer(copy))
  await take(old)
  await events.admin.query(`update replays set created_at = '2020-01-01', ended_at = '2020-01-02'`)
  step = 0
  const present = await begin()
  await events.turn('forget old replays')
  expect((await events.get(operator, `/replays/${old}`)).status).toBe(404)
  expect((await progress(present)).state).toBe('sending')
  expect((await events.admin.query('select 1 from replay_answers')).rows).toEqual([])
})

test('a task for a replay that does not exist fails for good', async () => {
  await expect(take(randomUUIDv7())).rejects.toThrow('the step failed')
  const [told] = await emitted(events.admin, taskStepFinished)
  expect(told?.error).toMatchObject({ code: 'replay_not_found', permanent: true })
})
