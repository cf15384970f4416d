import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table users
      add column disabled_at timestamptz,
      add column token_version integer not null default 0
  `.execute(db)
  // Verifiers ask what is new by the transaction that wrote it: numbers of a sequence become visible out of order.
  await sql`
    create table revocations (
      id bigint generated always as identity primary key,
      tenant_id uuid not null,
      kind text not null check (kind in ('session', 'user')),
      subject uuid not null,
      version integer,
      written_by xid8 not null default pg_current_xact_id(),
      revoked_at timestamptz not null default clock_timestamp(),
      check ((kind = 'user') = (version is not null))
    )
  `.execute(db)
  await sql`create index revocations_order on revocations (written_by)`.execute(db)
  await sql`create index revocations_age on revocations (revoked_at)`.execute(db)
  await tenantTable(db, 'revocations')

  await sql`alter table sessions drop constraint sessions_end_reason_check`.execute(db)
  await sql`
    alter table sessions add constraint sessions_end_reason_check
      check (end_reason in ('logout', 'password-changed', 'token-reused', 'revoked', 'user-disabled')) not valid
  `.execute(db)
}
