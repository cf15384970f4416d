import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { run } from '../../../platform/src/system/run.ts'
import type { Drill, Scene } from '../drill.ts'

export const databaseDrills: readonly Drill[] = [
  {
    what: 'the database refuses `ocr` (connection limit 0)',
    expects: [{ alert: 'DatabaseUnavailable', labels: { job: 'ocr' } }],
    async begin({ admin, roleOf }, broken) {
      const role = pg.escapeIdentifier(roleOf('ocr'))
      broken.defer(async () => void (await admin.query(`alter role ${role} connection limit -1`)))
      await admin.query(`alter role ${role} connection limit 0`)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
        roleOf('ocr'),
      ])
    },
  },
  {
    what: 'the disk of the database’s tables is full',
    expects: [{ alert: 'DatabaseStoresNothing', labels: { job: 'documents' } }],
    cannot: () => (process.getuid?.() === 0 ? undefined : 'mounting needs root'),
    prepare: moveTables,
    async begin({ postgres }, broken) {
      const fill = join(smallDisk(postgres), 'fill')
      broken.defer(() => rm(fill, { force: true }))
      // It ends with "no space left", which is what it is for.
      await run('dd', ['if=/dev/zero', `of=${fill}`, 'bs=64k'])
    },
  },
  {
    what: 'somebody locks the table of documents',
    expects: [{ alert: 'DatabasePoolExhausted', speed: 12, labels: { job: 'documents' } }],
    async begin({ admin }, broken) {
      const holder = await admin.connect()
      // Its connection ends, and the lock with it.
      broken.defer(() => holder.release(true))
      await holder.query('begin; lock table documents.documents in access exclusive mode')
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

/** Where the server's end looks for something to unmount. */
const smallDisk = ({ folder }: Scene['postgres']): string => join(folder, 'small')

/** To a small disk. Tables alone: a write-ahead log without room would end PostgreSQL, which is another fault. */
async function moveTables({ postgres, admin, people }: Scene, broken: AsyncDisposableStack): Promise<void> {
  const tables = join(postgres.data, 'base')
  const aside = join(postgres.folder, 'base.aside')
  const small = smallDisk(postgres)
  await mkdir(small, { recursive: true })
  broken.defer(() => postgres.start())
  await postgres.stop()
  const size = Number.parseInt(await must('du', '-sm', tables), 10) + ROOM
  broken.defer(async () => void (await run('umount', [small]))) // nothing is mounted when mounting has failed
  await must('mount', '-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', small)
  await must('cp', '-a', tables, join(small, 'base'))
  await rename(tables, aside)
  // After the renaming, which happens as a whole or not at all: it would take away what has not been moved.
  broken.defer(async () => {
    await rm(tables, { force: true })
    await must('cp', '-a', join(small, 'base'), tables)
    await rm(aside, { recursive: true })
  })
  await must('ln', '-s', join(small, 'base'), tables)
  broken.defer(() => postgres.stop())
  await postgres.start()
  // PostgreSQL writes a file at the first connection to a database after its start, without which there is no other.
  await people.carriedThrough(120)
  await admin.query('select 1')
}
