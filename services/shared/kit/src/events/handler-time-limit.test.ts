import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { on } from './handlers.ts'
import { anEvent, deleted, inboxUnderTest } from './inbox.fixture.ts'

const fixture = inboxUnderTest()
const { open, effects, rows, row, untilQuiet } = fixture
const forEver = () => new Promise<never>(() => undefined)

test('a handler that never returns is parked with handler_timeout', async () => {
  const inbox = open([deleted(forEver)], { INBOX_HANDLER_SECONDS: 0.3 })
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(await row()).toMatchObject({
    status: 'PARKED',
    attempts: 1,
    error_class: 'handler_timeout',
    error_message: 'the handler took longer than its limit of 0.3 s',
  })
})

test('it keeps no lock: what it had written can be written by others', async () => {
  const inbox = open(
    [
      deleted(async (_data, { tx, message }) => {
        await addEffect(tx, DEFAULT_TENANT, 'shared')
        if (message.correlationId === 'endless') await forEver()
      }),
    ],
    { INBOX_HANDLER_SECONDS: 0.5 },
  )
  const endless = anEvent({ correlationid: 'endless' })
  const delivery = inbox.receive(endless.topic, endless)
  const next = anEvent()
  await inbox.receive(next.topic, next)
  await delivery
  await untilQuiet(inbox)
  expect((await effects()).shared).toBe(1)
})

test('a statement that never ends is ended in the database too', async () => {
  const inbox = open([deleted(async (_data, { tx }) => void (await sql`select pg_sleep(300)`.execute(tx)))], {
    INBOX_HANDLER_SECONDS: 0.3,
  })
  const event = anEvent()
  await inbox.receive(event.topic, event)
  await eventually('no session sleeps', async () => {
    const { rows: sleeping } = await fixture.db.admin.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and query like '%pg_sleep(300)%' and pid <> pg_backend_pid()`,
    )
    return sleeping.length === 0
  })
})

test('it holds up neither those that arrived with it, nor those behind it, nor other topics', async () => {
  const endless = new Set<string>()
  const inbox = open(
    [
      deleted(async ({ projectId }, { tx }) => {
        if (endless.has(projectId)) await forEver()
        await addEffect(tx, DEFAULT_TENANT, projectId)
      }),
      on<typeof reviewClaimed.example, EffectsSchema>(reviewClaimed, (_data, { tx, message }) =>
        addEffect(tx, DEFAULT_TENANT, message.subject),
      ),
    ],
    { INBOX_HANDLER_SECONDS: 60 },
  )
  const first = Array.from({ length: 30 }, () => anEvent())
  for (const index of [0, 9]) endless.add(first[index]?.subject ?? '')
  for (const event of first) void inbox.receive(event.topic, event)
  const begun = Date.now()
  const other = eventOf(reviewClaimed, reviewClaimed.example)
  await inbox.receive(other.topic, other)
  const behind = Array.from({ length: 30 }, () => anEvent())
  await Promise.all(behind.map((event) => inbox.receive(event.topic, event)))
  await eventually(
    'all but the endless have their effect',
    async () => Object.keys(await effects()).length === 59,
  )
  expect(Date.now() - begun).toBeLessThan(30_000)
  expect((await rows()).filter(({ status }) => status === 'COMPLETED')).toHaveLength(59)
}, 60_000)

test('twenty of them leave connections for others', async () => {
  const inbox = open(
    [
      deleted(forEver),
      on<typeof reviewClaimed.example, EffectsSchema>(reviewClaimed, (_data, { tx }) =>
        addEffect(tx, DEFAULT_TENANT, 'b'),
      ),
    ],
    { INBOX_HANDLER_SECONDS: 60 },
  )
  for (let count = 0; count < 20; count += 1) {
    const event = anEvent()
    void inbox.receive(event.topic, event)
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  const other = eventOf(reviewClaimed, reviewClaimed.example, { id: randomUUIDv7() })
  expect(await inbox.receive(other.topic, other)).toBe('SUCCESS')
  expect(await effects()).toEqual({ b: 1 })
})

test('a process that stops cuts it when the time is over, and keeps no connection', async () => {
  const inbox = open([deleted(forEver)], { INBOX_HANDLER_SECONDS: 60 })
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('it has begun', async () => (await rows()).length === 1)
  await inbox.stop(100)
  expect(await delivery).toBe('RETRY')
  const { pool } = fixture.db.database
  await eventually('no connection is out', () => pool.totalCount === pool.idleCount)
})
