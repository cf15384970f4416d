import type { Database } from '@alta/kit/database/database'
import { type Kysely, sql } from 'kysely'
import type { ReviewsSchema } from '../database/schema.ts'

type Tx = Kysely<ReviewsSchema>

/**
 * Notes that a file is about to come and that nothing names it yet. On its own connection and committed at once: the
 * note must outlive a verdict that does not come about. Waits while a sweep removes the same bytes; so write the file
 * after this, not before.
 */
export async function announceFile(database: Database<ReviewsSchema>, sha256: string): Promise<void> {
  await database.pool.query(
    'insert into files (sha256) values ($1) on conflict (sha256) do update set used_at = now()',
    [sha256],
  )
}

/** A verdict names this file from now on. */
export async function fileIsNamed(tx: Tx, sha256: string): Promise<void> {
  await sql`delete from files where sha256 = ${sha256}`.execute(tx)
}

/** What named these files is gone; the sweep finds out whether something else does. */
export async function filesAreReleased(tx: Tx, sha256s: readonly string[]): Promise<void> {
  await sql`
    insert into files (sha256) select distinct unnest(${sha256s}::text[]) order by 1
    on conflict (sha256) do update set used_at = now()`.execute(tx)
}

export interface TakenFile {
  readonly sha256: string
  /** Some item or verdict has these bytes after all. */
  readonly named: boolean
}

/** Forgets one file that nobody has written again for so long. Its row stays locked until the end. */
export async function takeOldFile(tx: Tx, hours: number): Promise<TakenFile | undefined> {
  const { rows } = await sql<TakenFile>`
    delete from files where sha256 = (
      select sha256 from files
      where used_at < now() - make_interval(hours => ${hours})
      order by used_at
      limit 1
      for update skip locked
    )
    returning sha256, exists (select from verdicts where after_sha256 = files.sha256)
      or exists (select from verdicts where before_sha256 = files.sha256)
      or exists (select from review_items where current_sha256 = files.sha256) as named`.execute(tx)
  return rows[0]
}
