import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/** Unlogged: after a crash everybody who is still there says so again within seconds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create unlogged table presences (
      item_id uuid not null references review_items (id) on delete cascade,
      user_id uuid not null,
      tenant_id uuid not null,
      seen_at timestamptz not null,
      primary key (item_id, user_id)
    )`.execute(db)
  await tenantTable(db, 'presences')
  await sql`create index presences_seen_at on presences (seen_at)`.execute(db)
}
