import { type Kysely, sql } from 'kysely'

/**
 * Each call forgets one month, so that the lock which dropping takes on the whole store is not held while the next
 * month is counted; the call that finds none takes what is too old out of the default partition. And whatever day it
 * is, the month before this one stays.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  await sql`
    create or replace function forget_events_before(moment timestamptz) returns setof text language plpgsql
      security definer set search_path = ${sql.id(rows[0]?.schema ?? 'events')}, pg_temp
      set lock_timeout = '2s' set timezone = 'UTC' as $$
    declare
      oldest timestamptz := date_trunc('month', moment);
      name text;
      tenant text := coalesce(current_setting('alta.tenant_id', true), '');
    begin
      if oldest >= date_trunc('month', now()) then raise exception 'at least one month of events is kept'; end if;
      -- Row-level security holds for the owner too. A function may not carry the setting itself: that wants a superuser.
      perform set_config('alta.tenant_id', '*', true);
      select min(relname) into name
      from pg_inherits join pg_class on oid = inhrelid
      where inhparent = 'stored_events'::regclass and relname < 'stored_events_' || to_char(oldest, 'YYYY_MM')
        and relname ~ '^stored_events_[0-9]{4}_[0-9]{2}$';
      if name is not null then
        execute format('insert into forgotten_events as f select tenant_id, stream, count(*) from %I group by 1, 2
          on conflict (tenant_id, stream) do update set events = f.events + excluded.events', name);
        execute format('drop table %I', name);
        return next name;
      else
        with gone as (delete from stored_events_default where time < oldest returning tenant_id, stream)
        insert into forgotten_events as f select tenant_id, stream, count(*) from gone group by 1, 2
          on conflict (tenant_id, stream) do update set events = f.events + excluded.events;
      end if;
      perform set_config('alta.tenant_id', tenant, true);
    end $$
  `.execute(db)
}
