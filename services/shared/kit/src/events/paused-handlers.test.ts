import { setTimeout as delay } from 'node:timers/promises'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { on, work } from './handlers.ts'
import { anEvent, counting, type Deleted, deleted, inboxUnderTest } from './inbox.fixture.ts'
import {
  PAUSE_KNOWN_AFTER_MS,
  pausedHandlers,
  pauseHandler,
  resumeHandler,
  watchPausedHandlers,
} from './paused-handlers.ts'

const fixture = inboxUnderTest()
const { open, effects, rows, untilQuiet } = fixture
const handler = `inbox/${projectDeleted.topic}`
// The kit's own tables, whatever else the schema holds.
const pause = () => fixture.db.database.system(({ tx }) => pauseHandler(tx as never, handler, 'ada'))
const resume = () => fixture.db.database.system(({ tx }) => resumeHandler(tx as never, handler))
const manyEvents = (count: number) => Array.from({ length: count }, () => anEvent())

const working = work<Deleted, void, EffectsSchema>(projectDeleted, {
  timeLimit: 5_000,
  run: async () => undefined,
  commit: (_result, { tx, data }) => addEffect(tx, DEFAULT_TENANT, data.projectId),
})

test.each([
  ['on', counting()],
  ['work', working],
])('a paused handler of the kind %s takes nothing and loses nothing', async (_kind, subscription) => {
  await pause()
  const inbox = open([subscription])
  const events = manyEvents(20)
  const answers = await Promise.all([...events, ...events].map((event) => inbox.receive(event.topic, event)))
  expect(new Set(answers)).toEqual(new Set(['SUCCESS']))
  await inbox.retryDue()
  expect(await effects()).toEqual({})
  const waiting = await rows()
  expect(waiting).toHaveLength(20)
  for (const row of waiting)
    expect(row).toMatchObject({ status: 'PARKED', next_attempt_at: null, attempts: 0 })
  expect(await resume()).toBe(20)
  await open([subscription]).retryDue()
  await untilQuiet(open([subscription]))
  expect(await effects()).toEqual(Object.fromEntries(events.map(({ subject }) => [subject, 1])))
})

test('other handlers go on, and what was due when it was paused waits too', async () => {
  const claimed = on<typeof reviewClaimed.example, EffectsSchema>(reviewClaimed, (_data, { tx }) =>
    addEffect(tx, DEFAULT_TENANT, 'other'),
  )
  const event = anEvent()
  await fixture.db.admin.query(
    `insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, event, attempts, next_attempt_at)
     values ($1, $2, $3, $4, $5, 'PARKED', $6, 1, now() - interval '1 minute')`,
    [event.source, event.id, handler, DEFAULT_TENANT, event.topic, JSON.stringify(event)],
  )
  await pause()
  const inbox = open([counting(), claimed])
  await inbox.retryDue()
  const other = eventOf(reviewClaimed, reviewClaimed.example)
  await inbox.receive(other.topic, other)
  expect(await effects()).toEqual({ other: 1 })
  await resume()
  await untilQuiet(open([counting(), claimed]))
  expect(await effects()).toEqual({ other: 1, [event.subject]: 1 })
})

test('it is said who paused what, and that twice changes nothing', async () => {
  expect(await pause()).toBe(true)
  expect(await pause()).toBe(false)
  const found = await fixture.db.database.system(({ tx }) => pausedHandlers(tx as never))
  expect(found).toMatchObject([{ handler, pausedBy: 'ada' }])
  expect(await resume()).toBe(0)
  expect(await resume()).toBeUndefined()
})

test('a second after the pause a replica begins no message, whatever it knew before', async () => {
  const inbox = open([counting()])
  const [before, after] = [anEvent(), anEvent()]
  await inbox.receive(before.topic, before)
  await pause()
  await delay(PAUSE_KNOWN_AFTER_MS)
  await inbox.receive(after.topic, after)
  expect(await effects()).toEqual({ [before.subject]: 1 })
})

test('a slow look at the table tells those who came late what it saw no longer', async () => {
  const looks: PromiseWithResolvers<{ handler: string }[]>[] = []
  const system = () => {
    const look = Promise.withResolvers<{ handler: string }[]>()
    looks.push(look)
    return look.promise
  }
  // It asks for nothing else of a database.
  const { current } = watchPausedHandlers({ system } as unknown as Database<unknown>)
  const early = current()
  await delay(PAUSE_KNOWN_AFTER_MS + 50)
  const late = current()
  looks[0]?.resolve([])
  await eventually('it looks again', () => looks.length === 2)
  looks[1]?.resolve([{ handler }])
  expect(await late).toEqual(new Set([handler]))
  await early
})

test('what was taken out of the inbox to be handled waits again when its handler is paused before its turn', async () => {
  const gate = Promise.withResolvers<void>()
  const slow = new Set<string>()
  const inbox = open([
    deleted(async ({ projectId }, { tx, message }) => {
      if (slow.has(projectId)) await gate.promise
      await addEffect(tx, message.tenantId, projectId)
    }),
  ])
  // Nothing is left to begin a turn with.
  const lanes = 1 + Math.floor((fixture.db.database.pool.options.max ?? 10) * 0.4)
  const busy = manyEvents(lanes)
  const deliveries = []
  for (const event of busy) {
    slow.add(event.subject)
    deliveries.push(inbox.receive(event.topic, event))
    await delay(60)
  }
  await pause()
  const waiting = manyEvents(20)
  const other = open([counting()])
  for (const event of waiting) await other.receive(event.topic, event)
  await resume()
  await delay(PAUSE_KNOWN_AFTER_MS)
  expect(await inbox.retryDue()).toBe(20)
  await pause()
  await delay(PAUSE_KNOWN_AFTER_MS)
  gate.resolve()
  await Promise.all(deliveries)
  await eventually('all wait', async () => {
    const parked = (await rows()).filter(({ status, next_attempt_at: at }) => status === 'PARKED' && !at)
    return parked.length === 20
  })
  expect(await effects()).toEqual(Object.fromEntries(busy.map(({ subject }) => [subject, 1])))
}, 60_000)

test('a replica that has not heard of the end yet parks nothing for ever', async () => {
  await pause()
  const inbox = open([counting()])
  const [first, second] = [anEvent(), anEvent()]
  await inbox.receive(first.topic, first)
  await resume()
  await inbox.receive(second.topic, second)
  expect((await rows()).filter(({ status, next_attempt_at: at }) => status === 'PARKED' && !at)).toEqual([])
  await untilQuiet(inbox)
  expect(await effects()).toEqual({ [first.subject]: 1, [second.subject]: 1 })
})

test('pausing and resuming in the midst of deliveries to two replicas loses none and doubles none', async () => {
  const inboxes = [open([counting()]), open([counting()])]
  const events = manyEvents(300)
  const deliveries = events.map(async (event, index) => {
    await new Promise((resolve) => setTimeout(resolve, index * 10))
    return inboxes[index % 2]?.receive(event.topic, event)
  })
  for (let turn = 0; turn < 3; turn += 1) {
    await pause()
    await new Promise((resolve) => setTimeout(resolve, 500))
    await resume()
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  await Promise.all(deliveries)
  await untilQuiet(...inboxes)
  expect(await effects()).toEqual(Object.fromEntries(events.map(({ subject }) => [subject, 1])))
}, 60_000)

test('2,000 that have waited are handled in transactions of many', async () => {
  await pause()
  const events = manyEvents(2_000)
  const receiving = open([counting()])
  await Promise.all(events.map((event) => receiving.receive(event.topic, event)))
  expect(await resume()).toBe(2_000)
  const inbox = open([counting()])
  let turns = 0
  while ((await inbox.retryDue()) > 0) turns += 1
  await untilQuiet(inbox)
  expect(turns).toBeLessThan(60)
  expect(Object.values(await effects())).toEqual(events.map(() => 1))
}, 60_000)
