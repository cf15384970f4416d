import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../database/plan.fixture.ts'
import { startAudit, type TestAudit } from './audit.fixture.ts'
import { type AuditFilter, findEntries } from './audit.repository.ts'

let audit: TestAudit
beforeAll(async () => {
  audit = await startAudit()
  // Many of two tenants, past the handler: what they hold and whether they are chained does not matter here.
  await audit.admin.query(
    `insert into audit_entries (entry, hash)
     select jsonb_build_object('sequence', i, 'tenantId', case when i % 2 = 0 then $1 else $2 end,
         'entryId', gen_random_uuid(), 'actor', jsonb_build_object('userId', gen_random_uuid()),
         'action', 'action ' || i, 'outcome', 'allowed', 'requestId', 'request ' || i,
         'at', to_char(timestamptz '2026-01-01Z' + i * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'),
         'resources', '[]'::jsonb)::text, repeat('0', 64)
     from generate_series(1, 5000) i`,
    [DEFAULT_TENANT, randomUUIDv7()],
  )
  await audit.admin.query('vacuum analyze audit_entries')
})
afterAll(() => audit.close())

test.each<[string, AuditFilter]>([
  ['actor_id', { actor: randomUUIDv7() }],
  ['action', { action: 'action 7' }],
  ['outcome', { outcome: 'denied' }],
  ['at', { from: new Date('2026-01-01T01:00:00Z'), to: new Date('2026-01-01T01:05:00Z') }],
])('a search by %s goes straight to the entries of the tenant', async (column, filter) => {
  const plan = await planOf(audit.database, DEFAULT_TENANT, (tx) =>
    findEntries(tx, DEFAULT_TENANT, filter, { limit: 51, before: undefined }),
  )
  expect(plan).toMatch(new RegExp(`Index Cond: \\(\\(tenant_id = [^)]*\\) AND \\(\\(?${column} `))
})
