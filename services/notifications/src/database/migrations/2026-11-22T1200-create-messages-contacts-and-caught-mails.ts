import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table contacts (
      user_id uuid primary key,
      tenant_id uuid not null,
      email text not null,
      name text not null,
      locale text not null,
      updated_at timestamptz not null default now()
    )
  `.execute(db)
  await tenantTable(db, 'contacts')

  await sql`
    create table messages (
      message_id uuid primary key,
      tenant_id uuid not null,
      position bigint not null generated always as identity,
      user_id uuid not null,
      template text not null,
      event_id text not null,
      status text not null default 'queued' check (status in ('queued', 'sending', 'sent', 'retried', 'failed')),
      attempts integer not null default 0,
      email text,
      subject text,
      detail text,
      created_at timestamptz not null default now(),
      sent_at timestamptz
    )
  `.execute(db)
  await sql`create index messages_of_user on messages (user_id, position desc)`.execute(db)
  await tenantTable(db, 'messages')

  await sql`
    create table caught_mails (
      id bigint primary key generated always as identity,
      message_id text not null,
      sender text not null,
      recipients text[] not null,
      subject text not null,
      text text not null,
      html text not null,
      received_at timestamptz not null default now()
    )
  `.execute(db)
  await sql`create index caught_mails_by_recipient on caught_mails using gin (recipients)`.execute(db)
}
