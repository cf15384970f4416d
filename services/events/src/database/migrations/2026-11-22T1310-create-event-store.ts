import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * The event store: append-only, partitioned by the month of each event's time (UTC).
 *
 * The service's role may not create tables. Months are made, and dropped, by the two functions at the end, which
 * run with the owner's rights; the default partition takes what no month is there for, so that no event is ever
 * refused for want of one. Partitions carry the tenant policy too: a policy on the parent alone would not hold for
 * somebody who reads a partition by its own name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence stored_events_position`.execute(db)
  await sql`
    create table stored_events (
      position bigint not null default nextval('stored_events_position'),
      id text not null,
      source text not null,
      tenant_id uuid not null,
      topic text not null,
      type text not null,
      stream text not null,
      sequence bigint,
      time timestamptz not null,
      correlation_id text not null,
      causation_id text,
      traceparent text,
      event json not null,
      stored_at timestamptz not null default now(),
      primary key (id, source, time)
    ) partition by range (time)
  `.execute(db)
  await sql`create index stored_events_order on stored_events (position)`.execute(db)
  await sql`create index stored_events_newest on stored_events (tenant_id, time, position)`.execute(db)
  await sql`create index stored_events_topic on stored_events (tenant_id, topic, time, position)`.execute(db)
  await sql`create index stored_events_stream on stored_events (tenant_id, stream, position)`.execute(db)
  await sql`create index stored_events_correlation on stored_events (tenant_id, correlation_id, position)`.execute(
    db,
  )
  await tenantTable(db, 'stored_events')
  await sql`create table stored_events_default partition of stored_events default`.execute(db)
  await tenantTable(db, 'stored_events_default')

  // How many events of a stream have left with old months: the number of an event in its stream stays the same.
  await sql`
    create table forgotten_events (
      tenant_id uuid not null,
      stream text not null,
      events bigint not null,
      primary key (tenant_id, stream)
    )
  `.execute(db)
  await tenantTable(db, 'forgotten_events')

  await refuseChanges(db)
  await maintenance(db)
  await sql`
    select keep_month_of_events(month::timestamptz)
    from generate_series(now() - interval '1 month', now() + interval '2 months', interval '1 month') month
  `.execute(db)
}

/** Only the owner, which is who the functions below run as, may take a row away; nobody changes one. */
async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_change_of_stored_event() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
        return old;
      end if;
      raise exception 'stored events are never changed' using errcode = 'insufficient_privilege';
    end $$
  `.execute(db)
  await sql`
    create trigger stored_events_stay before update or delete on stored_events
      for each row execute function refuse_change_of_stored_event()
  `.execute(db)
}

async function maintenance(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  const asOwner = sql`security definer
    set search_path = ${sql.id(rows[0]?.schema ?? 'events')}, pg_temp
    set lock_timeout = '2s' set timezone = 'UTC'`
  // Row-level security holds for the owner too. A function may not carry the setting itself: that wants a superuser.
  const everyTenant = sql`perform set_config('alta.tenant_id', '*', true);`
  const formerTenant = sql`perform set_config('alta.tenant_id', tenant, true);`

  // Rows that came before their month was there move from the default partition into it. The lock on the default
  // partition comes first: a row that arrived there in between would refuse the month.
  await sql`
    create function keep_month_of_events(moment timestamptz) returns boolean language plpgsql ${asOwner} as $$
    declare
      first timestamptz := date_trunc('month', moment);
      after timestamptz := date_trunc('month', moment) + interval '1 month';
      name text := 'stored_events_' || to_char(date_trunc('month', moment), 'YYYY_MM');
      tenant text := coalesce(current_setting('alta.tenant_id', true), '');
    begin
      if to_regclass(name) is not null then return false; end if;
      ${everyTenant}
      lock table stored_events_default in access exclusive mode;
      execute format('create table %I (like stored_events including defaults)', name);
      execute format('with moved as (delete from stored_events_default where time >= %L and time < %L returning *)
        insert into %I select * from moved', first, after, name);
      execute format('alter table %I enable row level security', name);
      execute format('alter table %I force row level security', name);
      execute format('create policy tenant on %I
        using (current_setting(''alta.tenant_id'', true) in (tenant_id::text, ''*''))
        with check (current_setting(''alta.tenant_id'', true) in (tenant_id::text, ''*''))', name);
      execute format('alter table stored_events attach partition %I for values from (%L) to (%L)', name, first, after);
      ${formerTenant}
      return true;
    end $$
  `.execute(db)

  await sql`
    create function forget_events_before(moment timestamptz) returns setof text language plpgsql ${asOwner} as $$
    declare
      oldest timestamptz := date_trunc('month', moment);
      name text;
      tenant text := coalesce(current_setting('alta.tenant_id', true), '');
    begin
      ${everyTenant}
      if oldest > now() - interval '27 days' then raise exception 'at least one month of events is kept'; end if;
      for name in
        select relname from pg_inherits join pg_class on oid = inhrelid
        where inhparent = 'stored_events'::regclass and relname < 'stored_events_' || to_char(oldest, 'YYYY_MM')
          and relname ~ '^stored_events_[0-9]{4}_[0-9]{2}$'
        order by relname
      loop
        execute format('insert into forgotten_events as f select tenant_id, stream, count(*) from %I group by 1, 2
          on conflict (tenant_id, stream) do update set events = f.events + excluded.events', name);
        execute format('drop table %I', name);
        return next name;
      end loop;
      with gone as (delete from stored_events_default where time < oldest returning tenant_id, stream)
      insert into forgotten_events as f select tenant_id, stream, count(*) from gone group by 1, 2
        on conflict (tenant_id, stream) do update set events = f.events + excluded.events;
      ${formerTenant}
    end $$
  `.execute(db)
}
