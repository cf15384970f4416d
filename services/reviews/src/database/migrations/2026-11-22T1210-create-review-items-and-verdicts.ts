import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table review_items (
      id uuid primary key,
      tenant_id uuid not null,
      project_id uuid not null,
      kind text not null check (kind in ('document', 'voice')),
      subject_id uuid not null,
      recognition_id uuid not null unique,
      confidence double precision not null,
      certainty double precision not null,
      status text not null
        check (status in ('open', 'claimed', 'approved', 'rejected', 'superseded', 'closed')),
      round integer not null default 1,
      version integer not null default 1,
      current_sha256 text not null,
      current_size integer not null,
      claimed_by uuid,
      claim_expires_at timestamptz,
      traceparent text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      check ((status = 'claimed') = (claimed_by is not null)),
      check ((status = 'claimed') = (claim_expires_at is not null))
    )`.execute(db)
  await tenantTable(db, 'review_items')

  await sql`create unique index review_items_one_live_per_subject on review_items (subject_id)
    where status in ('open', 'claimed')`.execute(db)
  await sql`create index review_items_queue on review_items (tenant_id, certainty, id)
    where status in ('open', 'claimed')`.execute(db)
  await sql`create index review_items_queue_of_project on review_items (project_id, certainty, id)
    where status in ('open', 'claimed')`.execute(db)
  await sql`create index review_items_done on review_items (tenant_id, certainty, id)
    where status in ('approved', 'rejected')`.execute(db)
  await sql`create index review_items_done_of_project on review_items (project_id, certainty, id)
    where status in ('approved', 'rejected')`.execute(db)
  await sql`create index review_items_claims on review_items (claim_expires_at)
    where status = 'claimed'`.execute(db)

  await sql`
    create table verdicts (
      id uuid primary key,
      tenant_id uuid not null,
      item_id uuid not null references review_items (id),
      item_version integer not null,
      round integer not null,
      verdict text not null check (verdict in ('approved', 'sent-back', 'rejected', 'undone')),
      decided_by uuid not null,
      decided_at timestamptz not null,
      reason text,
      before_sha256 text not null,
      before_size integer not null,
      before_text text not null,
      after_sha256 text not null,
      after_size integer not null,
      after_text text not null,
      corrections jsonb not null,
      agreed boolean,
      -- A verdict is taken back at most once.
      undoes uuid unique references verdicts (id),
      unique (item_id, item_version),
      check ((verdict = 'undone') = (undoes is not null))
    )`.execute(db)
  await tenantTable(db, 'verdicts')

  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of % are never changed', tg_table_name;
    end $$`.execute(db)
  await sql`create trigger append_only before update or delete on verdicts
    for each row execute function refuse_change()`.execute(db)
}
