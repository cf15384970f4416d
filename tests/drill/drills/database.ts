import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { run } from '../../../platform/src/system/run.ts'
import type { Drill, Scene } from '../drill.ts'

export const databaseDrills: readonly Drill[] = [
  {
    what: 'the database refuses `ocr` (connection limit 0)',
    expects: [{ alert: 'DatabaseUnavailable', labels: { job: 'ocr' } }],
    async begin({ admin, roleOf }) {
      const role = pg.escapeIdentifier(roleOf('ocr'))
      await admin.query(`alter role ${role} connection limit 0`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
        roleOf('ocr'),
      ])
      return () => admin.query(`alter role ${role} connection limit -1`)
    },
  },
  {
    what: 'the disk of the database’s tables is full',
    expects: [{ alert: 'DatabaseStoresNothing', labels: { job: 'documents' } }],
    begin: fillDisk,
  },
  {
    what: 'somebody locks the table of documents',
    expects: [{ alert: 'DatabasePoolExhausted', speed: 12, labels: { job: 'documents' } }],
    async begin({ admin }) {
      const holder = await admin.connect()
      await holder.query('begin; lock table documents.documents in access exclusive mode')
      return async () => {
        await holder.query('rollback')
        holder.release()
      }
    },
  },
]

/** Megabytes that are left at first. */
const ROOM = 64

async function must(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** Tables alone: a write-ahead log without room would end PostgreSQL, which is another fault. */
async function fillDisk({ postgres, admin, people }: Scene): Promise<() => Promise<void>> {
  const tables = join(postgres.data, 'base')
  const aside = join(postgres.folder, 'base.aside')
  // Where the server's end looks for something to unmount.
  const small = join(postgres.folder, 'small')
  await mkdir(small, { recursive: true })
  await postgres.stop()
  const size = Number.parseInt(await must('du', '-sm', tables), 10) + ROOM
  await must('mount', '-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', small)
  await must('cp', '-a', tables, join(small, 'base'))
  await rename(tables, aside)
  await must('ln', '-s', join(small, 'base'), tables)
  await postgres.start()
  // PostgreSQL writes a file at the first connection to a database after its start, without which there is no other.
  await people.carriedThrough(120)
  await admin.query('select 1')
  // It ends with "no space left", which is what it is for.
  await run('dd', ['if=/dev/zero', `of=${join(small, 'fill')}`, 'bs=64k'])
  return async () => {
    await rm(join(small, 'fill'))
    await postgres.stop()
    await rm(tables)
    await must('cp', '-a', join(small, 'base'), tables)
    await must('umount', small)
    await postgres.start()
    await rm(aside, { recursive: true })
  }
}
