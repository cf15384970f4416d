import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import type { InboxMessage } from './inbox.ts'
import { eventsOf, keyRows, messageRows } from './inbox.ts'

/*
 * A paused handler takes nothing: what is delivered to it is acknowledged and waits in the inbox, PARKED without a
 * time. The table says so to every replica, and to those that start later.
 */

/** How old, in milliseconds, a replica's knowledge of the table may be: so long after a pause all of them know it. */
export const PAUSE_KNOWN_AFTER_MS = 1_000

export interface PausedHandler {
  /** `<app>/<topic>`. */
  handler: string
  pausedAt: Date
  /** User id of who did it. */
  pausedBy: string
}

export async function pausedHandlers(tx: Kysely<unknown>): Promise<PausedHandler[]> {
  const { rows } = await sql<PausedHandler>`
    select handler, paused_at as "pausedAt", paused_by as "pausedBy" from paused_handlers order by handler`.execute(
    tx,
  )
  return rows
}

/** Within a second no replica begins a message of the handler; what has begun goes on. False when it was paused before. */
export async function pauseHandler(tx: Kysely<unknown>, handler: string, by: string): Promise<boolean> {
  const { rows } = await sql`
    insert into paused_handlers (handler, paused_by) values (${handler}, ${by})
    on conflict do nothing returning 1`.execute(tx)
  return rows.length > 0
}

/** Makes everything due that has waited. Returns how many messages; undefined when the handler was not paused. */
export async function resumeHandler(tx: Kysely<unknown>, handler: string): Promise<number | undefined> {
  // Waits for whoever is parking a message right now, so that the statement below sees it.
  const { rows } = await sql`delete from paused_handlers where handler = ${handler} returning 1`.execute(tx)
  if (rows.length === 0) return undefined
  const { numAffectedRows } = await sql`
    update inbox_messages set next_attempt_at = now()
    where status = 'PARKED' and next_attempt_at is null and split_part(handler, '#', 1) = ${handler}`.execute(
    tx,
  )
  return Number(numAffectedRows ?? 0)
}

/**
 * Lets new messages of a paused handler wait. They are due at once when the handler was resumed meanwhile, and this
 * replica has not heard of it; the lock keeps the two from missing each other.
 */
export async function parkNew(
  tx: Kysely<unknown>,
  messages: readonly InboxMessage[],
  handler: string,
): Promise<void> {
  await sql`
    with paused as (select 1 from paused_handlers where handler = ${handler} for share)
    insert into inbox_messages (message_id, source, handler, tenant_id, topic, event, status, next_attempt_at)
    select message_id, source, handler, tenant_id, topic, event::json, 'PARKED',
      case when exists (select from paused) then null else now() end
    from ${messageRows(messages, eventsOf(messages))}
    order by message_id, source, handler
    on conflict do nothing`.execute(tx)
}

/** The same for messages that this process has taken out of the inbox and not begun. @param owner of its leases */
export async function parkLeased(
  tx: Kysely<unknown>,
  messages: readonly Pick<InboxMessage, 'key'>[],
  handler: string,
  owner: string,
): Promise<void> {
  await sql`
    with paused as (select 1 from paused_handlers where handler = ${handler} for share)
    update inbox_messages
    set status = 'PARKED', lease_owner = null, lease_until = null,
      next_attempt_at = case when exists (select from paused) then null else now() end
    where (message_id, source, handler) in (select * from ${keyRows(messages)})
      and status = 'PROCESSING' and lease_owner = ${owner}`.execute(tx)
}

export interface PausedHandlers {
  /** At most a second old. */
  current(): Promise<ReadonlySet<string>>
}

/** What a replica knows of the table; asked for when somebody wants to know and it is older than a second. */
export function watchPausedHandlers(database: Database<unknown>): PausedHandlers {
  let known: ReadonlySet<string> = new Set()
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  const read = async () => {
    // As old as the question: the table may have changed while the answer was on its way.
    const asked = performance.now()
    const rows = await database.system(({ tx }) => pausedHandlers(tx))
    known = new Set(rows.map(({ handler }) => handler))
    readAt = asked
  }
  return {
    async current() {
      const wanted = performance.now() - PAUSE_KNOWN_AFTER_MS
      // A look that others have begun may be a slow one, and older than that by the time it tells.
      while (readAt < wanted) {
        reading ??= read().finally(() => {
          reading = undefined
        })
        await reading
      }
      return known
    },
  }
}
