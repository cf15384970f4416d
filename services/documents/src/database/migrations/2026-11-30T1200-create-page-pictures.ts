import { tenantTable } from '@alta/kit/database/tenant'
import { type Kysely, sql } from 'kysely'

/**
 * What pages look like. Pictures hang on the run that drew them and not on a reading: a person corrects words, and the
 * page stays the same. Runs of before have none; reading a document again draws it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table page_pictures (
      recognition_id uuid not null references recognitions (id) on delete cascade,
      number integer not null,
      kind text not null check (kind in ('image', 'thumbnail')),
      tenant_id uuid not null,
      sha256 text not null,
      size integer not null,
      media_type text not null,
      width integer not null,
      height integer not null,
      primary key (recognition_id, number, kind)
    )
  `.execute(db)
  // For the sweep, which asks of each file that was let go whether another document looks the same.
  await sql`create index page_pictures_sha256 on page_pictures (sha256)`.execute(db)
  await tenantTable(db, 'page_pictures')
}
