import { type Kysely, sql } from 'kysely'

/**
 * What was removed for good is so here too, verdicts with all they say included. Nothing else ever is: the trigger asks
 * whether the document or recording was purged. It has another name than the one of tables of which nothing is ever
 * deleted, because the service's role needs the right to.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table subjects add column purged_at timestamptz`.execute(db)
  await sql`
    create function refuse_unless_purged() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and exists (
        select from review_items join subjects using (subject_id)
        where review_items.id = old.item_id and subjects.purged_at is not null)
      then
        return old;
      end if;
      raise exception 'rows of % are never changed', tg_table_name;
    end $$`.execute(db)
  await sql`
    create trigger only_what_is_purged_goes before update or delete on verdicts
      for each row execute function refuse_unless_purged()`.execute(db)
  await sql`
    create trigger never_truncated before truncate on verdicts
      for each statement execute function refuse_change()`.execute(db)
  await sql`drop trigger append_only on verdicts`.execute(db)
}
