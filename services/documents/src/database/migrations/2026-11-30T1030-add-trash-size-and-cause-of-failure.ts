import { type Kysely, sql } from 'kysely'

/**
 * What lists sort and filter by, and who has thrown an item away. `size` repeats the size of the current version and
 * is kept by the database itself: the release before this one goes on writing rows and knows nothing of it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`select set_config('alta.tenant_id', '*', true)`.execute(db)
  await sql`alter table recognitions add column failure_cause text`.execute(db)
  await sql`
    create function size_of_current_version() returns trigger language plpgsql as $$
    begin
      new.size := (select size from versions where item_id = new.id and number = new.version);
      return new;
    end $$
  `.execute(db)
  await items(db, 'documents')
  await items(db, 'voice_samples')
}

async function items(db: Kysely<unknown>, name: 'documents' | 'voice_samples'): Promise<void> {
  const table = sql.table(name)
  await sql`
    alter table ${table} add column size bigint, add column deleted_by uuid, add column failure_cause text
  `.execute(db)
  await sql`
    create trigger ${sql.ref(`${name}_size`)} before insert or update of version on ${table}
    for each row execute function size_of_current_version()
  `.execute(db)
  await sql`
    update ${table} item set
      size = (select size from versions where item_id = item.id and number = item.version),
      failure_cause = case
        when failure_code in ('engine_missing', 'engine_failed', 'unreadable_result', 'review_failed') then 'temporary'
        when failure_code is not null then 'permanent' end
  `.execute(db)

  // Beside it, and not within: the release before this one takes everything in the view for living.
  await sql`
    create or replace view ${sql.table(`${name}_listed`)} as
      select id, tenant_id, project_id, title, language, tags, status, version, recognition_id, confidence,
        failure_code, failure_detail, uploaded_by, revision, created_at, updated_at, deleted_at, search,
        size, deleted_by, failure_cause
      from ${table}
      where deleted_at is null and tenant_id = current_setting('alta.tenant_id')::uuid
  `.execute(db)
  // What was in a deleted project cannot be taken back, and nobody is shown it.
  await sql`
    create view ${sql.table(`${name}_trashed`)} as
      select id, tenant_id, project_id, title, language, tags, status, version, recognition_id, confidence,
        failure_code, failure_detail, uploaded_by, revision, created_at, updated_at, deleted_at, search,
        size, deleted_by, failure_cause
      from ${table} item
      where deleted_at is not null and tenant_id = current_setting('alta.tenant_id')::uuid
        and exists (select from projects where projects.id = item.project_id and projects.deleted_at is null)
  `.execute(db)
}
