import { appendFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'
import type pg from 'pg'
import type { BreakablePostgres } from './servers.ts'

/** Copies the files of a running server; with the log from then on they are any later moment. */
export async function baseBackup(postgres: BreakablePostgres, folder: string): Promise<void> {
  const server = ['-U', 'postgres', '-h', '127.0.0.1', '-p', String(postgres.port)]
  await postgres.program('pg_basebackup', ['-D', folder, ...server, '-X', 'none', '-c', 'fast'])
}

export interface Recovery {
  /** Folder of the base backup; it becomes the data of the server. */
  readonly base: string
  /** Folder of the log from the backup on. */
  readonly log: string
  /** `recovery_target_time = '…'` */
  readonly target: string
}

/** Starts a server that is stopped and has no data from a base backup, up to the target. */
export async function recover(
  postgres: BreakablePostgres,
  admin: pg.Pool,
  { base, log, target }: Recovery,
): Promise<void> {
  await rename(base, postgres.data)
  const settings = [`restore_command = 'cp ${log}/%f %p'`, target, `recovery_target_action = 'promote'`]
  await appendFile(join(postgres.data, 'postgresql.auto.conf'), `\n${settings.join('\n')}\n`)
  await writeFile(join(postgres.data, 'recovery.signal'), '')
  await postgres.start()
  await eventually('the database has left recovery', async () => {
    const { rows } = await admin.query<{ recovering: boolean }>('select pg_is_in_recovery() as recovering')
    return rows[0]?.recovering === false
  })
}
