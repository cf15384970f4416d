import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // No tenant's: counted before anybody knows whose account it is, and also when it is nobody's.
  await sql`
    create table failed_attempts (
      scope text not null check (scope in ('pair', 'account', 'address')),
      key bytea not null,
      failures integer not null,
      last_failed_at timestamptz not null default clock_timestamp(),
      primary key (scope, key)
    )
  `.execute(db)
  await sql`create index failed_attempts_age on failed_attempts (last_failed_at)`.execute(db)

  await sql`
    create table known_clients (
      user_id uuid not null references users on delete cascade,
      kind text not null check (kind in ('address', 'device')),
      client bytea not null,
      tenant_id uuid not null,
      last_used_at timestamptz not null default clock_timestamp(),
      primary key (user_id, kind, client)
    )
  `.execute(db)
  await sql`create index known_clients_age on known_clients (last_used_at)`.execute(db)
  await tenantTable(db, 'known_clients')
}
