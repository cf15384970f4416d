import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { eventOf } from '../testing/deliver.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { on } from './handlers.ts'
import { createInbox } from './inbox-dispatch.ts'

let db: TestDatabase<EffectsSchema>

beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('documents', effectsMigrations)
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate outbox_events, inbox_messages')
})

const settings = { INBOX_MAX_RETRIES: 2, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 30 }
const event = () => eventOf(projectDeleted, { projectId: randomUUIDv7() })
const effectsEmitted = async () =>
  (await db.admin.query<{ event: string }>('select event from outbox_events order by id')).rows.map(
    (row) => JSON.parse(row.event).effects,
  )

/** Emits one event for each that it gets; fails so many times first. */
function echo(failures = 0) {
  const seen: boolean[] = []
  const subscription = on(projectDeleted, async (data: { projectId: string }, { emit, message }) => {
    seen.push(message.muted)
    emit(projectDeleted, data)
    if (failures-- > 0) throw new Error('not yet')
  })
  return { seen, inbox: createInbox({ database: db.database, subscriptions: [subscription], settings }) }
}

test('what follows from a muted event is muted too, and its handler can see why', async () => {
  const { inbox, seen } = echo()
  await inbox.receive(projectDeleted.topic, { ...event(), effects: 'muted' })
  await inbox.receive(projectDeleted.topic, event())
  expect(seen).toEqual([true, false])
  expect(await effectsEmitted()).toEqual(['muted', undefined])
})

test('a muted event that fails at first is still muted when it is handled again', async () => {
  const { inbox, seen } = echo(1)
  await inbox.receive(projectDeleted.topic, { ...event(), effects: 'muted' })
  await eventually('it is handled again', async () => {
    await inbox.retryDue()
    return inbox.running === 0 && seen.length === 2
  })
  expect(seen).toEqual([true, true])
  expect(await effectsEmitted()).toEqual(['muted'])
})
