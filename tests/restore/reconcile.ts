import type pg from 'pg'
import type { Client } from '../support/client.ts'

/** A query of what is missing, for the log. */
const missingTopics = (published: string): string => `
  select topic, count(*)::int as count from (${published}) published
  where not exists (select from events.stored_events e where e.id = published.id) group by topic`

/** One line of the report: of so many, so many are not as they should be. */
export interface Finding {
  readonly what: string
  readonly of: number
  readonly differences: number
}

interface Reconciled {
  readonly admin: pg.Pool
  readonly operator: Client
  /** Ids of letters that were answered before the moment, and after it. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const services = [
  'identity',
  'documents',
  'ocr',
  'transcription',
  'reviews',
  'notifications',
  'tasks',
  'events',
  'analytics',
]

/** Holds what people were told against what is there, and the parts of the platform against each other. */
export async function reconcile({ admin, operator, before, after }: Reconciled): Promise<Finding[]> {
  const count = async (sql: string, values: unknown[] = []): Promise<number> => {
    const { rows } = await admin.query<{ count: number }>(`select count(*)::int as count from ${sql}`, values)
    return rows[0]?.count ?? Number.NaN
  }
  const letters = 'unnest($1::uuid[]) as letter (id)'
  const mails = `notifications.messages m join events.stored_events e on e.id = m.event_id
    where e.event->'data'->>'template' = 'item-approved' and m.status = 'sent'`
  // Of a copy that a replay has sent it is the id of the event in it that counts.
  const outboxes = services
    .map(
      (app) => `select event::json->>'id' as id, topic from ${app}.outbox_events where status = 'COMPLETED'`,
    )
    .join(' union all ')
  const { rows: missing } = await admin.query(missingTopics(outboxes))
  if (missing.length > 0) console.log('not in the event store:', missing)
  const verdict = await operator.insist('POST', '/api/v1/audit/verify')
  if (verdict.status !== 200)
    throw new Error(`the audit log was not verified: ${JSON.stringify(verdict.body)}`)
  return [
    {
      what: 'letters accepted before the moment that are not approved',
      of: before.length,
      differences: await count(
        `${letters} where not exists (
          select from documents.documents d where d.id = letter.id and d.status = 'approved')`,
        [before],
      ),
    },
    {
      what: 'letters accepted after it that are there',
      of: after.length,
      differences: await count(`${letters} join documents.documents d on d.id = letter.id`, [after]),
    },
    {
      what: 'approved letters without exactly one approval in the event store',
      of: before.length,
      differences: await count(
        `${letters} where 1 <> (select count(*) from events.stored_events
          where topic = 'document.approved.v1' and stream = letter.id::text)`,
        [before],
      ),
    },
    {
      what: 'approved letters without exactly one mail that says so',
      of: before.length,
      differences: await count(
        `${letters} where 1 <> (
          select count(*) from ${mails} and e.event->'data'->'parameters'->>'itemId' = letter.id::text)`,
        [before],
      ),
    },
    {
      what: 'mails that were not sent, or reached the mail server more or less than once',
      of: await count('notifications.messages'),
      differences: await count(
        `notifications.messages m where m.status <> 'sent' or 1 <> (
          select count(*) from notifications.caught_mails c where c.message_id like '%' || m.message_id || '@%')`,
      ),
    },
    {
      what: 'published events that the event store has not',
      of: await count(`(${outboxes}) published`),
      differences: await count(
        `(${outboxes}) published where not exists (
          select from events.stored_events e where e.id = published.id)`,
      ),
    },
    {
      what: 'faults of the audit chain',
      of: verdict.body.entries,
      differences: verdict.body.faults.length,
    },
  ]
}
