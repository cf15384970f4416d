import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * What recordings look like in a player, from the run that decoded them: at most 4,000 numbers of two bytes. Runs of
 * before have none; reading a recording again draws it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table waveforms (
      recognition_id uuid primary key references recognitions (id) on delete cascade,
      tenant_id uuid not null,
      seconds_per_pair double precision not null,
      peaks smallint[] not null
    )
  `.execute(db)
  await tenantTable(db, 'waveforms')
}
