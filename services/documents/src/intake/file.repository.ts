import type { Database } from '@alta/kit/database/database'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'

/**
 * Notes that these bytes have come and that nothing names them yet. On its own connection and committed at once:
 * the note must outlive an upload that is refused later, or nobody would ever sweep its bytes.
 * Waits while a sweep removes the same bytes; so look for them in storage after this, not before.
 */
export async function rememberFile(database: Database<Schema>, sha256: string): Promise<void> {
  await database.pool.query(
    'insert into files (sha256) values ($1) on conflict (sha256) do update set used_at = now()',
    [sha256],
  )
}

/** Versions or pages name these files from now on. */
export async function filesAreNamed(tx: Kysely<Schema>, sha256s: readonly string[]): Promise<void> {
  await sql`delete from files where sha256 = any(${sha256s}::text[])`.execute(tx)
}

/** What named these files is gone, or never was; the sweep finds out whether something else does. */
export async function filesAreReleased(tx: Kysely<Schema>, sha256s: readonly string[]): Promise<void> {
  await sql`
    insert into files (sha256) select distinct unnest(${sha256s}::text[]) order by 1
    on conflict (sha256) do update set used_at = now()
  `.execute(tx)
}

export interface TakenFile {
  readonly sha256: string
  /** Some version, or part of an upload, has these bytes after all, or some page looks like them or was read to them. */
  readonly named: boolean
}

/** Forgets one file that nobody has sent again for so long. Its row stays locked until the end. */
export async function takeOldFile(tx: Kysely<Schema>, hours: number): Promise<TakenFile | undefined> {
  const { rows } = await sql<TakenFile>`
    delete from files where sha256 = (
      select sha256 from files
      where used_at < now() - make_interval(hours => ${hours})
      order by used_at
      limit 1
      for update skip locked
    )
    returning sha256, exists (select from versions where versions.sha256 = files.sha256)
      or exists (select from upload_parts where upload_parts.sha256 = files.sha256)
      or exists (select from page_pictures where page_pictures.sha256 = files.sha256)
      or exists (select from readings where readings.result_sha256 = files.sha256)
      or exists (select from recognitions where recognitions.unused_result = files.sha256) as named
  `.execute(tx)
  return rows[0]
}
