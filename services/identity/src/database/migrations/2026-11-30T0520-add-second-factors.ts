import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // A null means: at the sign-in.
  await sql`
    alter table sessions
      add column authenticated_at timestamptz,
      add column amr text[] not null default '{pwd}'
  `.execute(db)
  await sql`
    create table totp_factors (
      user_id uuid primary key references users on delete cascade,
      tenant_id uuid not null,
      sealed_secret bytea not null,
      created_at timestamptz not null default clock_timestamp(),
      confirmed_at timestamptz,
      last_step bigint not null default 0
    )
  `.execute(db)
  await sql`
    create table recovery_codes (
      hash bytea primary key,
      tenant_id uuid not null,
      user_id uuid not null references totp_factors on delete cascade
    )
  `.execute(db)
  await sql`create index recovery_codes_of_user on recovery_codes (user_id)`.execute(db)
  await sql`
    create table sign_in_challenges (
      hash bytea primary key,
      tenant_id uuid not null,
      user_id uuid not null references users on delete cascade,
      expires_at timestamptz not null
    )
  `.execute(db)
  await sql`create index sign_in_challenges_of_user on sign_in_challenges (user_id)`.execute(db)
  await sql`create index sign_in_challenges_expiry on sign_in_challenges (expires_at)`.execute(db)
  for (const table of ['totp_factors', 'recovery_codes', 'sign_in_challenges']) await tenantTable(db, table)
}
