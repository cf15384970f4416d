import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { type Handler, on, type Subscription } from './handlers.ts'
import { createInbox, type Inbox, type InboxSettings } from './inbox-dispatch.ts'

/** Data of the event that the tests deliver. */
export interface Deleted {
  projectId: string
}

export const anEvent = (attributes = {}) => eventOf(projectDeleted, { projectId: randomUUIDv7() }, attributes)

export const deleted = (handler: Handler<Deleted, EffectsSchema>, options?: { alone?: boolean }) =>
  on<Deleted, EffectsSchema>(projectDeleted, handler, options)

/** Counts each project once; twice would show. */
export const counting = (options?: { alone?: boolean }) =>
  deleted(({ projectId }, { tx, message }) => addEffect(tx, message.tenantId, projectId), options)

export interface InboxUnderTest {
  readonly db: TestDatabase<EffectsSchema>
  /** An inbox as a process of its own would have it; stopped after the test. */
  open(subscriptions: readonly Subscription[], settings?: Partial<InboxSettings>): Inbox
  /** How often each subject was counted. */
  effects(): Promise<Record<string, number>>
  rows(): Promise<Record<string, unknown>[]>
  row(): Promise<Record<string, unknown> | undefined>
  /** Goes on asking for due messages until the inbox has nothing open. */
  untilQuiet(...inboxes: Inbox[]): Promise<unknown>
}

/** Real tables for one test file, empty before each test. */
export function inboxUnderTest(): InboxUnderTest {
  let db: TestDatabase<EffectsSchema> | undefined
  const opened: Inbox[] = []
  const here = () => {
    if (!db) throw new Error('the database is opened before the first test')
    return db
  }
  beforeAll(async () => {
    db = await createTestDatabase<EffectsSchema>('inbox', effectsMigrations)
  })
  afterAll(() => db?.close())
  beforeEach(async () => {
    await here().admin.query('truncate inbox_messages, outbox_events, paused_handlers, effects')
  })
  afterEach(async () => {
    for (const inbox of opened.splice(0)) await inbox.stop(2_000)
  })
  const rows = async () => (await here().admin.query('select * from inbox_messages order by message_id')).rows
  return {
    get db() {
      return here()
    },
    open(subscriptions, settings) {
      const inbox = createInbox({
        database: here().database,
        subscriptions,
        settings: { INBOX_MAX_RETRIES: 2, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 20, ...settings },
      })
      opened.push(inbox)
      return inbox
    },
    async effects() {
      const found = await here().admin.query('select subject, times from effects')
      return Object.fromEntries(found.rows.map(({ subject, times }) => [subject, times]))
    },
    rows,
    row: async () => (await rows())[0],
    untilQuiet: (...inboxes) =>
      eventually(
        'nothing is open',
        async () => {
          for (const inbox of inboxes) await inbox.retryDue()
          const open = await here().admin.query(
            `select 1 from inbox_messages where status in ('PARKED', 'PROCESSING')`,
          )
          return open.rows.length === 0 && inboxes.every(({ running }) => running === 0)
        },
        60,
      ),
  }
}

/** Number of the transaction that a handler is in. */
export async function transactionOf(tx: Parameters<typeof addEffect>[0]): Promise<string> {
  const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(tx)
  return rows[0]?.id ?? ''
}
