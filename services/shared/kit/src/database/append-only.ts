import { type Kysely, sql } from 'kysely'

/** Name of the trigger, by which `migrateService` knows such tables. */
const TRIGGER = 'append_only'

/**
 * Makes the rows of a table stay as they were inserted: nobody updates, deletes or truncates them by mistake, and the
 * service's role has not even the right to. Whoever owns the table can still take this off; a record that must stand
 * against them needs proof outside of the database as well.
 * Call it in the migration that creates the table.
 */
export async function appendOnlyTable(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`
    create or replace function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of % are never changed', tg_table_name using errcode = 'insufficient_privilege';
    end $$`.execute(db)
  await sql`
    create trigger ${sql.ref(TRIGGER)} before update or delete or truncate on ${sql.table(table)}
      for each statement execute function refuse_change()`.execute(db)
}

/** Takes from a role what it was given on all tables of its schema and must not have on these. */
export async function revokeChanges(db: Kysely<unknown>, schema: string, role: string): Promise<void> {
  const { rows } = await sql<{ table: string }>`
    select c.relname as table
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and t.tgname = ${TRIGGER}`.execute(db)
  for (const { table } of rows) {
    await sql`revoke update, delete, truncate on ${sql.table(`${schema}.${table}`)} from ${sql.id(role)}`.execute(
      db,
    )
  }
}
