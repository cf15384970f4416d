import { type Kysely, sql } from 'kysely'

/** Figures of the platform itself: no tenant's data, and so without a tenant. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table queue_samples (
      queue text not null,
      at timestamptz not null,
      ready bigint not null,
      unacknowledged bigint,
      consumers integer not null,
      published bigint,
      acknowledged bigint,
      primary key (queue, at)
    )
  `.execute(db)
  await sql`create index queue_samples_at on queue_samples (at)`.execute(db)

  await sql`
    create table service_samples (
      app text not null,
      at timestamptz not null,
      alive boolean not null,
      replicas integer not null,
      outbox_waiting bigint not null,
      outbox_failed bigint not null,
      outbox_oldest_seconds double precision not null,
      inbox_parked bigint not null,
      inbox_failed bigint not null,
      inbox_oldest_seconds double precision not null,
      primary key (app, at)
    )
  `.execute(db)
  await sql`create index service_samples_at on service_samples (at)`.execute(db)

  await sql`
    create table handler_samples (
      app text not null,
      topic text not null,
      at timestamptz not null,
      handled bigint not null,
      failed bigint not null,
      in_flight integer not null,
      oldest_in_flight_seconds double precision,
      p50_ms double precision,
      p95_ms double precision,
      primary key (app, topic, at)
    )
  `.execute(db)
  await sql`create index handler_samples_at on handler_samples (at)`.execute(db)

  // What the detector remembers of each handler, so that it needs no look through the history.
  await sql`
    create table handler_states (
      app text not null,
      topic text not null,
      handled bigint not null,
      p95_ms double precision,
      busy_at timestamptz not null,
      primary key (app, topic)
    )
  `.execute(db)

  await sql`
    create table stuck_handlers (
      app text not null,
      topic text not null,
      since timestamptz not null,
      noticed_at timestamptz not null,
      p95_ms double precision,
      cleared_at timestamptz,
      primary key (app, topic, since)
    )
  `.execute(db)
  await sql`create unique index stuck_handlers_open on stuck_handlers (app, topic) where cleared_at is null`.execute(
    db,
  )
}
