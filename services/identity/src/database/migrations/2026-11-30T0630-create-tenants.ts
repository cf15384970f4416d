import { DEFAULT_TENANT, tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenants (
      tenant_id uuid primary key,
      name text not null,
      created_at timestamptz not null default clock_timestamp(),
      disabled_at timestamptz
    )
  `.execute(db)
  await sql`insert into tenants (tenant_id, name) values (${DEFAULT_TENANT}, 'Alta')`.execute(db)
  await tenantTable(db, 'tenants')

  await sql`
    alter table users add constraint users_of_tenant foreign key (tenant_id) references tenants not valid
  `.execute(db)
}
