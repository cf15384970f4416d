import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { emitted } from '../testing/deliver.ts'
import { addEffect } from '../testing/kit-fixture.ts'
import { PermanentError } from './errors.ts'
import { anEvent, counting, deleted, inboxUnderTest, transactionOf } from './inbox.fixture.ts'

const fixture = inboxUnderTest()
const { open, effects, rows, untilQuiet } = fixture
const manyEvents = (count: number) => Array.from({ length: count }, () => anEvent())
const onceEach = (events: { subject: string }[]) =>
  Object.fromEntries(events.map(({ subject }) => [subject, 1]))

test('messages that arrive together share a transaction, and each has its effect', async () => {
  const transactions = new Set<string>()
  const inbox = open([
    deleted(async ({ projectId }, { tx }) => {
      await addEffect(tx, DEFAULT_TENANT, projectId)
      transactions.add(await transactionOf(tx))
    }),
  ])
  const events = manyEvents(50)
  await Promise.all(events.map((event) => inbox.receive(event.topic, event)))
  // The first alone and the others together; a stall of this process may open a lane more.
  expect(transactions.size).toBeLessThan(10)
  expect(await effects()).toEqual(onceEach(events))
  expect(new Set((await rows()).map(({ status }) => status))).toEqual(new Set(['COMPLETED']))
})

test('a handler that asks for it has a transaction for each message', async () => {
  const transactions = new Set<string>()
  const inbox = open([
    deleted(async (_data, { tx }) => void transactions.add(await transactionOf(tx)), { alone: true }),
  ])
  await Promise.all(manyEvents(12).map((event) => inbox.receive(event.topic, event)))
  expect(transactions.size).toBe(12)
})

test('those that fail among the others fail alone, each with its own reason', async () => {
  const events = manyEvents(30)
  const poison = new Set(events.filter((_event, index) => index % 7 === 3).map(({ subject }) => subject))
  const inbox = open([
    deleted(async ({ projectId }, { tx }) => {
      await addEffect(tx, DEFAULT_TENANT, projectId)
      if (poison.has(projectId)) throw new RangeError(`cannot take ${projectId}`)
    }),
  ])
  const answers = await Promise.all(events.map((event) => inbox.receive(event.topic, event)))
  expect(new Set(answers)).toEqual(new Set(['SUCCESS']))
  expect(await effects()).toEqual(onceEach(events.filter(({ subject }) => !poison.has(subject))))
  const parked = (await rows()).filter(({ status }) => status === 'PARKED')
  expect(parked.map(({ error_message }) => error_message).toSorted()).toEqual(
    [...poison].map((subject) => `cannot take ${subject}`).toSorted(),
  )
})

test('a statement whose failure its handler hides takes nobody along', async () => {
  const events = manyEvents(10)
  const silent = events[4]?.subject
  const inbox = open([
    deleted(async ({ projectId }, { tx }) => {
      await addEffect(tx, DEFAULT_TENANT, projectId)
      if (projectId === silent) await sql`select 1 / 0`.execute(tx).catch(() => undefined)
    }),
  ])
  await Promise.all(events.map((event) => inbox.receive(event.topic, event)))
  expect(await effects()).toEqual(onceEach(events.filter(({ subject }) => subject !== silent)))
})

test('each message sees its own tenant, and what it emits names that tenant, its cause and its correlation', async () => {
  const events = Array.from({ length: 20 }, (_none, index) =>
    anEvent({ tenantid: randomUUIDv7(), correlationid: `request-${index}` }),
  )
  const inbox = open([
    deleted(async ({ projectId }, { tx, emit, message }) => {
      // Refused by row-level security when it is another tenant's turn.
      await addEffect(tx, message.tenantId, projectId)
      await new Promise(setImmediate)
      emit(projectDeleted, { projectId })
    }),
  ])
  await Promise.all(events.map((event) => inbox.receive(event.topic, event)))
  const sent = await fixture.db.admin.query<{ event: string }>('select event from outbox_events')
  const told = sent.rows.map(({ event }) => JSON.parse(event))
  expect(told).toHaveLength(events.length)
  for (const { id, subject, tenantid, correlationid } of events) {
    const own = told.find((event) => event.subject === subject)
    expect(own).toMatchObject({ tenantid, correlationid, causationid: id })
  }
  expect(await effects()).toEqual(onceEach(events))
})

test('1,000 deliveries of one message at once have one effect', async () => {
  const inbox = open([counting()])
  const event = anEvent()
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => inbox.receive(event.topic, event)))
  expect(new Set(answers)).toEqual(new Set(['SUCCESS']))
  expect(await effects()).toEqual(onceEach([event]))
})

test('two processes that are given the same messages in different order have each effect once', async () => {
  const events = manyEvents(100)
  const [one, other] = [open([counting()]), open([counting()])]
  await Promise.all([
    ...events.map((event) => one.receive(event.topic, event)),
    ...events.toReversed().map((event) => other.receive(event.topic, event)),
  ])
  await untilQuiet(one, other)
  expect(await effects()).toEqual(onceEach(events))
})

test('whatever messages do, each has its effect once or is one dead letter', async () => {
  const kind = fc.constantFrom('fine', 'fine', 'fine', 'fails once', 'poison')
  const arrival = fc.record({ kind, copies: fc.integer({ min: 1, max: 3 }), second: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 60 }), async (arrivals) => {
      await fixture.db.admin.query('truncate inbox_messages, outbox_events, effects')
      const kinds = new Map<string, string>()
      const tries = new Map<string, number>()
      const subscription = deleted(async ({ projectId }, { tx, emit }) => {
        await addEffect(tx, DEFAULT_TENANT, projectId)
        emit(projectDeleted, { projectId })
        const attempt = (tries.get(projectId) ?? 0) + 1
        tries.set(projectId, attempt)
        if (kinds.get(projectId) === 'poison') throw new PermanentError('poison', projectId)
        if (kinds.get(projectId) === 'fails once' && attempt === 1) throw new Error('not yet')
      })
      const processes = [open([subscription]), open([subscription])] as const
      const deliveries = arrivals.flatMap(({ kind, copies, second }) => {
        const event = anEvent()
        kinds.set(event.subject, kind)
        return Array.from({ length: copies }, (_none, copy) =>
          processes[second && copy > 0 ? 1 : 0].receive(event.topic, event),
        )
      })
      await Promise.all(deliveries)
      await untilQuiet(...processes)
      const subjects = (wanted: (kind: string) => boolean) =>
        [...kinds].filter(([, kind]) => wanted(kind)).map(([subject]) => ({ subject }))
      expect(await effects()).toEqual(onceEach(subjects((kind) => kind !== 'poison')))
      const failed = await emitted(fixture.db.admin, messageFailed)
      expect(failed.map(({ event }) => event.subject).toSorted()).toEqual(
        subjects((kind) => kind === 'poison')
          .map(({ subject }) => subject)
          .toSorted(),
      )
      expect(await emitted(fixture.db.admin, projectDeleted)).toHaveLength(kinds.size - failed.length)
    }),
    { numRuns: 8 },
  )
}, 120_000)
