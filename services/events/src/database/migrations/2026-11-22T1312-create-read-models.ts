import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * Read models that are fed from the event store, each in one active generation and, during a rebuild, one that is
 * built beside it. A generation knows up to which position of the store it has come.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table read_model_generations (
      model text not null,
      generation integer not null,
      state text not null check (state in ('active', 'building')),
      position bigint not null default 0,
      events bigint not null default 0,
      -- Where the active one stood when this one was begun: what there is to catch up with.
      target bigint not null default 0,
      started_by uuid,
      started_at timestamptz not null default now(),
      primary key (model, generation)
    )
  `.execute(db)
  await sql`create unique index read_model_generations_one_of_each on read_model_generations (model, state)`.execute(
    db,
  )
  await sql`
    create table event_counts (
      generation integer not null,
      tenant_id uuid not null,
      day date not null,
      topic text not null,
      events bigint not null,
      primary key (generation, tenant_id, day, topic)
    )
  `.execute(db)
  await tenantTable(db, 'event_counts')
}
