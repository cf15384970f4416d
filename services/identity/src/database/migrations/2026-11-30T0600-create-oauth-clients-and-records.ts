import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table oauth_clients (
      id uuid primary key,
      tenant_id uuid not null,
      name text not null,
      kind text not null check (kind in ('web', 'browser', 'native', 'service')),
      redirect_uris text[] not null,
      scopes text[] not null,
      roles text[] not null,
      secret_hash bytea,
      created_by uuid,
      created_at timestamptz not null default clock_timestamp(),
      check ((secret_hash is null) = (kind in ('browser', 'native')))
    )
  `.execute(db)
  await tenantTable(db, 'oauth_clients')

  await sql`
    create table oauth_records (
      kind text not null,
      hash bytea not null,
      tenant_id uuid not null,
      client_id uuid references oauth_clients on delete cascade,
      user_id uuid references users on delete cascade,
      session_id uuid references sessions on delete cascade,
      grant_id text,
      sealed bytea,
      payload jsonb,
      created_at timestamptz not null default clock_timestamp(),
      consumed_at timestamptz,
      expires_at timestamptz not null,
      primary key (kind, hash),
      check ((sealed is null) <> (payload is null)),
      check (payload is null or kind = 'Grant')
    )
  `.execute(db)
  await sql`create index oauth_records_of_grant on oauth_records (grant_id) where grant_id is not null`.execute(
    db,
  )
  await sql`create index oauth_records_of_user on oauth_records (user_id, client_id) where kind = 'Grant'`.execute(
    db,
  )
  // For what goes with a client or a session that is removed.
  await sql`create index oauth_records_of_client on oauth_records (client_id)`.execute(db)
  await sql`create index oauth_records_of_session on oauth_records (session_id)`.execute(db)
  await sql`create index oauth_records_expiry on oauth_records (expires_at)`.execute(db)
  await tenantTable(db, 'oauth_records')
}
