import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { emitted, eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { PermanentError } from './errors.ts'
import { on, type Subscription, work } from './handlers.ts'
import { createInbox, type Inbox } from './inbox-dispatch.ts'

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('reviews', effectsMigrations)
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate inbox_messages, outbox_events, effects')
})

const inboxWith = (...subscriptions: Subscription[]): Inbox =>
  createInbox({
    database: db.database,
    subscriptions,
    settings: { INBOX_MAX_RETRIES: 2, INBOX_RETRY_DELAY: 1 },
  })

const anEvent = (attributes = {}) => eventOf(projectDeleted, { projectId: randomUUIDv7() }, attributes)

const counting = () =>
  on<{ projectId: string }, EffectsSchema>(projectDeleted, async ({ projectId }, { tx }) =>
    addEffect(tx, DEFAULT_TENANT, projectId),
  )

const effects = async () => (await db.admin.query('select subject, times from effects')).rows
const inboxRow = async () => (await db.admin.query('select * from inbox_messages')).rows[0]

/** Goes on asking for due messages until the inbox has nothing open. */
const untilQuiet = (inbox: Inbox) =>
  eventually('nothing is open', async () => {
    await inbox.retryDue(10)
    const { rows } = await db.admin.query(
      `select 1 from inbox_messages where status in ('PARKED', 'PROCESSING')`,
    )
    return rows.length === 0 && inbox.running === 0
  })

test('a message delivered 50 times at once has its effect once', async () => {
  const inbox = inboxWith(counting())
  const event = anEvent()
  const results = await Promise.all(Array.from({ length: 50 }, () => inbox.receive(event.topic, event)))
  expect(new Set(results)).toEqual(new Set(['SUCCESS']))
  expect(await effects()).toEqual([{ subject: event.subject, times: 1 }])
})

test('two messages with the same content have two effects', async () => {
  const inbox = inboxWith(counting())
  const event = anEvent()
  await inbox.receive(event.topic, event)
  await inbox.receive(event.topic, { ...event, id: randomUUIDv7() })
  expect((await effects())[0]?.times).toBe(2)
})

test('a handler that fails is parked with its reason, acknowledged, and repeated until it works', async () => {
  let failures = 1
  const inbox = inboxWith(
    on<{ projectId: string }, EffectsSchema>(projectDeleted, async ({ projectId }, { tx }) => {
      await addEffect(tx, DEFAULT_TENANT, projectId)
      if (failures-- > 0) throw new TypeError('not yet')
    }),
  )
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(await effects()).toEqual([])
  expect(await inboxRow()).toMatchObject({
    status: 'PARKED',
    attempts: 1,
    error_class: 'TypeError',
    error_message: 'not yet',
  })
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  await untilQuiet(inbox)
  expect(await effects()).toEqual([{ subject: event.subject, times: 1 }])
  expect(await inboxRow()).toMatchObject({ status: 'COMPLETED' })
})

test('after the last attempt a message is FAILED and told with the event and its whole history', async () => {
  const inbox = inboxWith(
    on(projectDeleted, async () => {
      throw new RangeError('never')
    }),
  )
  const event = anEvent()
  await inbox.receive(event.topic, event)
  await untilQuiet(inbox)
  expect(await inboxRow()).toMatchObject({ status: 'FAILED', attempts: 3 })
  const [told] = await emitted(db.admin, messageFailed)
  expect(told).toMatchObject({
    app: 'reviews',
    handler: `reviews/${event.topic}`,
    attempts: 3,
    errorClass: 'RangeError',
  })
  expect(told?.event).toEqual(event)
  expect(told?.history).toHaveLength(3)
  expect(told?.stack).toContain('inbox.test.ts')
})

test('a permanent error is given up at once', async () => {
  const inbox = inboxWith(
    on(projectDeleted, async () => {
      throw new PermanentError('project_unknown', 'there is no such project')
    }),
  )
  const event = anEvent()
  await inbox.receive(event.topic, event)
  expect(await inboxRow()).toMatchObject({ status: 'FAILED', attempts: 1, error_class: 'project_unknown' })
})

test('data that breaks the contract is a dead letter that names the path', async () => {
  const inbox = inboxWith(counting())
  const event = { ...anEvent(), data: { projectId: 7 } }
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  const [told] = await emitted(db.admin, messageFailed)
  expect(told).toMatchObject({ errorClass: 'schema_validation_failed' })
  expect(told?.message).toContain('data.projectId')
})

test.each([
  ['null', null],
  ['text', 'hello'],
  ['an array', []],
  ['an event without an id', { ...anEvent(), id: undefined }],
  ['an event of no tenant', { ...anEvent(), tenantid: 'x' }],
])('%s instead of a CloudEvent is dropped to the dead letters', async (_what, body) => {
  expect(await inboxWith(counting()).receive(projectDeleted.topic, body)).toBe('DROP')
})

test('a replay for another service is acknowledged and ignored; one for this service runs once more', async () => {
  const inbox = inboxWith(counting())
  const event = anEvent()
  await inbox.receive(event.topic, event)
  await inbox.receive(event.topic, { ...event, replayfor: 'documents', replayid: 'r1' })
  expect((await effects())[0]?.times).toBe(1)
  await inbox.receive(event.topic, { ...event, replayfor: 'reviews', replayid: 'r1' })
  await inbox.receive(event.topic, { ...event, replayfor: 'reviews', replayid: 'r1' })
  expect((await effects())[0]?.times).toBe(2)
})

test('work runs outside of the transaction and commits its result with the inbox row', async () => {
  const inbox = inboxWith(
    work<{ projectId: string }, string, EffectsSchema>(projectDeleted, {
      timeLimit: 5_000,
      run: async ({ projectId }) => `read ${projectId}`,
      commit: async (result, { tx }) => addEffect(tx, DEFAULT_TENANT, result),
    }),
  )
  const event = anEvent()
  await Promise.all([inbox.receive(event.topic, event), inbox.receive(event.topic, event)])
  await untilQuiet(inbox)
  expect(await effects()).toEqual([{ subject: `read ${event.subject}`, times: 1 }])
})

test('work that exceeds its limit is aborted and parked, and holds nobody up', async () => {
  let aborted = false
  const inbox = inboxWith(
    work(projectDeleted, {
      timeLimit: 50,
      run: (_data, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        return new Promise(() => undefined)
      },
      commit: async () => undefined,
    }),
  )
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(aborted).toBe(true)
  expect(await inboxRow()).toMatchObject({
    status: 'PARKED',
    error_message: 'the work took longer than its limit of 0.05 s',
  })
})

test('work of a process that died is taken over when its lease runs out', async () => {
  const event = anEvent()
  await db.admin.query(
    `insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, event, lease_owner, lease_until)
     values ($1, $2, $3, $4, $5, 'PROCESSING', $6, 'dead', now() - interval '1 second')`,
    [event.source, event.id, `reviews/${event.topic}`, DEFAULT_TENANT, event.topic, JSON.stringify(event)],
  )
  const inbox = inboxWith(counting())
  await untilQuiet(inbox)
  expect(await effects()).toEqual([{ subject: event.subject, times: 1 }])
})

test('a message that ends every process which touches it is given up', async () => {
  const event = anEvent()
  await db.admin.query(
    `insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, event, attempts, lease_owner, lease_until)
     values ($1, $2, $3, $4, $5, 'PROCESSING', $6, 2, 'dead', now() - interval '1 second')`,
    [event.source, event.id, `reviews/${event.topic}`, DEFAULT_TENANT, event.topic, JSON.stringify(event)],
  )
  await untilQuiet(inboxWith(counting()))
  expect(await inboxRow()).toMatchObject({ status: 'FAILED', error_class: 'worker_lost' })
  expect(await effects()).toEqual([])
})

test('exhausted tells the others in the transaction that gives the message up', async () => {
  const inbox = inboxWith(
    work<{ projectId: string }, void, EffectsSchema>(projectDeleted, {
      timeLimit: 1_000,
      run: async () => {
        throw new PermanentError('unreadable', 'no')
      },
      commit: async () => undefined,
      exhausted: async (failure, { tx, data }) =>
        addEffect(tx, DEFAULT_TENANT, `${failure.errorClass} ${data.projectId}`),
    }),
  )
  const event = anEvent()
  await inbox.receive(event.topic, event)
  expect(await effects()).toEqual([{ subject: `unreadable ${event.subject}`, times: 1 }])
})

test('stopping aborts long work and hands it back, so that another process starts at once', async () => {
  const inbox = inboxWith(
    work(projectDeleted, {
      timeLimit: 60_000,
      run: () => new Promise(() => undefined),
      commit: async () => undefined,
    }),
  )
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('the work has begun', async () => (await inboxRow())?.status === 'PROCESSING')
  await inbox.stop(2_000)
  expect(await delivery).toBe('RETRY')
  expect(await inboxRow()).toMatchObject({ status: 'PARKED', attempts: 0 })
})

test('a failure is kept whatever its message holds', async () => {
  const inbox = inboxWith(
    on(projectDeleted, async () => {
      throw new Error(`unexpected \0 in ${'x'.repeat(485)}\u{1f600}`)
    }),
  )
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  await untilQuiet(inbox)
  expect(await inboxRow()).toMatchObject({ status: 'FAILED', attempts: 3 })
})

test('an exhausted that fails itself does not keep a message from becoming a dead letter', async () => {
  const inbox = inboxWith(
    work(projectDeleted, {
      timeLimit: 1_000,
      run: async () => {
        throw new PermanentError('unreadable', 'no')
      },
      commit: async () => undefined,
      exhausted: async () => {
        throw new TypeError('a mistake of ours')
      },
    }),
  )
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(await inboxRow()).toMatchObject({ status: 'FAILED', error_class: 'unreadable' })
  expect(await emitted(db.admin, messageFailed)).toHaveLength(1)
})

test('a failure of a worker whose message another has taken over changes nothing', async () => {
  let fail: (reason: Error) => void = () => undefined
  const inbox = inboxWith(
    work(projectDeleted, {
      timeLimit: 60_000,
      run: () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
      commit: async () => undefined,
    }),
  )
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('the work has begun', async () => (await inboxRow())?.status === 'PROCESSING')
  await db.admin.query(`update inbox_messages set lease_owner = 'another'`)
  fail(new Error('too late'))
  expect(await delivery).toBe('SUCCESS')
  expect(await inboxRow()).toMatchObject({ status: 'PROCESSING', lease_owner: 'another', attempts: 0 })
})

test('a message given up once is one dead letter, however many deliveries fail at once', async () => {
  const inbox = inboxWith(
    on(projectDeleted, async () => {
      throw new PermanentError('project_unknown', 'there is no such project')
    }),
  )
  const event = anEvent()
  await Promise.all(Array.from({ length: 5 }, () => inbox.receive(event.topic, event)))
  expect(await emitted(db.admin, messageFailed)).toHaveLength(1)
})

test('work whose lease ran out while the database was away goes on, and is not begun a second time beside it', async () => {
  let begun = 0
  let finish: () => void = () => undefined
  const inbox = inboxWith(
    work<{ projectId: string }, void, EffectsSchema>(projectDeleted, {
      timeLimit: 60_000,
      run: () => {
        begun += 1
        return new Promise((resolve) => {
          finish = () => resolve()
        })
      },
      commit: async (_result, { tx, data }) => addEffect(tx, DEFAULT_TENANT, data.projectId),
    }),
  )
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('the work has begun', async () => begun === 1)
  await db.admin.query(`update inbox_messages set lease_until = now() - interval '1 second'`)
  await inbox.retryDue(10)
  expect(begun).toBe(1)
  finish()
  await delivery
  expect(await effects()).toEqual([{ subject: event.subject, times: 1 }])
})
