import type { CloudEvent } from '@alta/contracts/cloud-event'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { on } from '@alta/kit/events/handlers'
import { createInbox } from '@alta/kit/events/inbox-dispatch'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase } from '@alta/kit/testing/database'
import { eventOf } from '@alta/kit/testing/deliver'
import { addEffect, type EffectsSchema, effectsMigrations } from '@alta/kit/testing/kit-fixture'

/** Somewhere else to have an effect: a consumer with its own database and the kit's own inbox. */
export async function startConsumer() {
  const test = await createTestDatabase<EffectsSchema>('reviews', effectsMigrations)
  /** What it fails at now; everything until told. */
  let fails: (projectId: string) => string | undefined = () => 'not yet'
  const inbox = createInbox({
    database: test.database,
    subscriptions: [
      on<{ projectId: string }, EffectsSchema>(projectDeleted, async ({ projectId }, { tx }) => {
        await addEffect(tx, DEFAULT_TENANT, projectId)
        const reason = fails(projectId)
        if (reason !== undefined) throw new RangeError(reason)
      }),
    ],
    // A first delivery is given up at once, as copies are.
    settings: { INBOX_MAX_RETRIES: 0, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 30 },
  })
  return {
    ...test,
    failAt(next: typeof fails) {
      fails = next
    },
    receive: (event: CloudEvent) => inbox.receive(event.topic, structuredClone(event)),
    /** How often each effect has happened. */
    effects: async (): Promise<Map<string, number>> =>
      new Map(
        (await test.admin.query('select subject, times from effects')).rows.map((row) => [
          row.subject,
          row.times,
        ]),
      ),
  }
}

/** Made in order, so that what failed first is retried first. */
export const projectEvents = (count: number): CloudEvent[] =>
  Array.from({ length: count }, () => eventOf(projectDeleted, { projectId: randomUUIDv7() }))

/** Takes what waits in an outbox, as a relay would. */
export async function takeOutbox(
  admin: { query(text: string): Promise<{ rows: { event: string }[] }> },
  limit = 10_000,
): Promise<CloudEvent[]> {
  const { rows } = await admin.query(
    `with taken as (
       update outbox_events set status = 'COMPLETED', completed_at = now()
       where id in (select id from outbox_events where status = 'PENDING' order by id limit ${limit})
       returning id, event)
     select event from taken order by id`,
  )
  return rows.map(({ event }) => JSON.parse(event))
}
