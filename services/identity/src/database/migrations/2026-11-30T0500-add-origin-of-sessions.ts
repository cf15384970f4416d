import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions
      add column last_used_at timestamptz,
      add column address text,
      add column user_agent text
  `.execute(db)
  await sql`alter table sessions drop constraint sessions_end_reason_check`.execute(db)
  await sql`
    alter table sessions add constraint sessions_end_reason_check
      check (end_reason in ('logout', 'password-changed', 'token-reused', 'revoked')) not valid
  `.execute(db)
}
