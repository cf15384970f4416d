import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table users
      add column kind text not null default 'person' check (kind in ('person', 'service')),
      add column owner_id uuid references users on delete set null
  `.execute(db)
  await sql`
    create table api_keys (
      id uuid primary key,
      tenant_id uuid not null,
      user_id uuid not null references users on delete cascade,
      hash bytea not null unique,
      name text not null,
      hint text not null,
      scope text[] not null,
      created_by uuid not null,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      revoked_at timestamptz,
      last_used_at timestamptz
    )
  `.execute(db)
  await sql`create index api_keys_of_user on api_keys (user_id)`.execute(db)
  await tenantTable(db, 'api_keys')
}
