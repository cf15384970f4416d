import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table mail_tokens (
      hash bytea primary key,
      tenant_id uuid not null,
      user_id uuid not null references users on delete cascade,
      purpose text not null check (purpose in ('reset-password', 'verify-email', 'change-email')),
      email text not null,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null
    )
  `.execute(db)
  await sql`create index mail_tokens_of_user on mail_tokens (user_id, purpose)`.execute(db)
  await sql`create index mail_tokens_expiry on mail_tokens (expires_at)`.execute(db)
  await tenantTable(db, 'mail_tokens')

  await sql`
    create table reset_requests (
      id uuid primary key,
      tenant_id uuid not null,
      email text not null,
      requested_at timestamptz not null default clock_timestamp()
    )
  `.execute(db)
  await tenantTable(db, 'reset_requests')
}
