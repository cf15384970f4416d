import { randomUUIDv7 } from '@alta/kit/identifiers'
import type pg from 'pg'
import type { Client } from '../../support/client.ts'

/** One group with so many messages, written straight into the table: what is measured is how they are shown. */
export async function insertLetters(
  owner: pg.Client,
  operator: Client,
  count: number,
): Promise<AsyncDisposable & { readonly group: string }> {
  const group = randomUUIDv7()
  const { rows } = await owner.query('select tenant_id from identity.users where id = $1', [operator.userId])
  const tenant = rows[0].tenant_id
  await owner.query(
    `insert into events.dead_letter_groups (id, tenant_id, fingerprint, app, handler, topic, error_class, message,
       stack, first_seen_at, last_seen_at)
     values ($1::uuid, $2::uuid, $3, 'ocr', 'ocr/document.ocr-requested.v1', 'document.ocr-requested.v1', 'RangeError',
       'page 0 is not in the document', 'RangeError\n    at read', now() - interval '1 day', now())`,
    [group, tenant, `measured-${group}`],
  )
  await owner.query(
    `insert into events.dead_letters (id, tenant_id, group_id, kind, app, handler, topic, source, message_id, subject,
       correlation_id, event, error_class, message, stack, attempts, first_failed_at, last_failed_at)
     select gen_random_uuid(), $2::uuid, $1::uuid, 'failed', 'ocr', 'ocr/document.ocr-requested.v1',
       'document.ocr-requested.v1', '/documents', $1::uuid || '-' || i, 'document-' || i, 'request-' || i,
       json_build_object('specversion', '1.0', 'id', i::text, 'data', json_build_object('page', 0))::text,
       'RangeError', 'page 0 is not in the document (' || i || ')', 'RangeError', 9,
       now() - interval '1 day', now() - i * interval '1 second'
     from generate_series(1, $3::int) as i`,
    [group, tenant, count],
  )
  return {
    group,
    async [Symbol.asyncDispose]() {
      await owner.query('delete from events.dead_letters where group_id = $1', [group])
      await owner.query('delete from events.dead_letter_groups where id = $1', [group])
    },
  }
}
