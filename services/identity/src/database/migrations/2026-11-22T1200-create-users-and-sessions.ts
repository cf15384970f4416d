import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id uuid primary key,
      tenant_id uuid not null,
      email text not null,
      name text not null,
      locale text not null,
      roles text[] not null,
      created_at timestamptz not null default now(),
      constraint users_email_unique unique (tenant_id, email)
    )
  `.execute(db)
  await sql`
    create table credentials (
      user_id uuid primary key references users on delete cascade,
      tenant_id uuid not null,
      password_hash text not null,
      changed_at timestamptz not null default now()
    )
  `.execute(db)
  await sql`
    create table sessions (
      id uuid primary key,
      tenant_id uuid not null,
      user_id uuid not null references users on delete cascade,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      end_reason text check (end_reason in ('logout', 'password-changed', 'token-reused')),
      check ((ended_at is null) = (end_reason is null))
    )
  `.execute(db)
  await sql`create index sessions_open_of_user on sessions (user_id) where ended_at is null`.execute(db)
  await sql`create index sessions_expiry on sessions (expires_at)`.execute(db)
  await sql`
    create table refresh_tokens (
      hash bytea primary key,
      tenant_id uuid not null,
      session_id uuid not null references sessions on delete cascade,
      issued_at timestamptz not null default now(),
      used_at timestamptz,
      successor_hash bytea,
      sealed_successor bytea
    )
  `.execute(db)
  await sql`create index refresh_tokens_session on refresh_tokens (session_id)`.execute(db)
  for (const table of ['users', 'credentials', 'sessions', 'refresh_tokens']) await tenantTable(db, table)

  // The platform's keys, no tenant's: every service verifies every tenant's tokens with them.
  await sql`
    create table signing_keys (
      kid text primary key,
      public_jwk jsonb not null,
      sealed_private_key bytea not null,
      created_at timestamptz not null,
      activates_at timestamptz not null
    )
  `.execute(db)
}
