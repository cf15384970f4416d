import type { Database } from '@alta/kit/database/database'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'

/**
 * Notes that these bytes came through this service and are in use now. On its own connection and committed at once:
 * the note must outlive an upload that is refused later, or nobody would ever sweep its bytes.
 * Waits while a sweep removes the same bytes; so look for them in storage after this, not before.
 */
export async function rememberFile(database: Database<Schema>, sha256: string): Promise<void> {
  await database.pool.query(
    `insert into files (sha256) values ($1) on conflict (sha256) do update set used_at = now()`,
    [sha256],
  )
}

/** Forgets one file that no version names and nobody has sent again for so long. The row stays locked until the end. */
export async function takeOrphan(tx: Kysely<Schema>, hours: number): Promise<string | undefined> {
  const { rows } = await sql<{ sha256: string }>`
    delete from files where sha256 = (
      select sha256 from files
      where used_at < now() - make_interval(hours => ${hours})
        and not exists (select from versions where versions.sha256 = files.sha256)
      order by used_at
      limit 1
      for update skip locked
    )
    returning sha256
  `.execute(tx)
  return rows[0]?.sha256
}
