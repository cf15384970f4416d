import { chown, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'
import type pg from 'pg'
import type { BreakablePostgres } from '../faults/support/servers.ts'

/** Has the server keep its log in a folder from now on. @returns the folder */
export async function archiveLog(postgres: BreakablePostgres, admin: pg.Pool): Promise<string> {
  const archive = join(postgres.folder, 'archive')
  await mkdir(archive)
  const { uid, gid } = await stat(postgres.data)
  await chown(archive, uid, gid)
  await admin.query(`alter system set archive_command = 'cp %p ${archive}/%f'`)
  await admin.query('select pg_reload_conf()')
  return archive
}

/** Ends the present piece of the log and waits until it is kept. */
export async function archiveAll(admin: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ file: string }>('select pg_walfile_name(pg_switch_wal()) as file')
  const file = rows[0]?.file ?? ''
  await eventually('the log is archived', async () => {
    const { rows: archiver } = await admin.query<{ newest: string | null }>(
      'select last_archived_wal as newest from pg_stat_archiver',
    )
    return (archiver[0]?.newest ?? '') >= file
  })
}

/** How many of these letters are not approved. */
export async function notApproved(admin: pg.Pool, letters: readonly string[]): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int as count from unnest($1::uuid[]) as letter (id)
     where not exists (select from documents.documents d where d.id = letter.id and d.status = 'approved')`,
    [letters],
  )
  return rows[0]?.count ?? Number.NaN
}
