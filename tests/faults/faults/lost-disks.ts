import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import { run } from '../../../platform/src/system/run.ts'
import type { Fault } from '../fault.ts'
import type { Stage } from '../support/stage.ts'
import { trial } from '../support/trial.ts'

const isRoot = process.getuid?.() === 0

async function must(command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

/** A file that leaves the file system without a free block. */
async function fill(folder: string): Promise<string> {
  const file = join(folder, 'fill')
  await run('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', 'count=4096'])
  return file
}

export const lostDisks: readonly Fault[] = [
  {
    id: 'F9',
    title: 'Redis emptied in the middle of running tasks',
    // What keeps state in Redis is the tasks service; the two services here do not.
    async run(_stage, _amount, say) {
      const file = 'services/tasks/src/tasks/lost-redis.test.ts'
      const { code, stdout } = await run('pnpm', ['exec', 'vitest', 'run', file], { timeout: 600_000 })
      if (code !== 0) throw new Error(stdout.slice(-2_000))
      say(`${file} passed`)
      const none = { committed: 100, lost: 0, duplicate: 0, phantom: 0, brokenAnswers: 0, quietAfter: 0 }
      return { runs: 1, kills: 0, verdict: none, recoverySeconds: null, note: `100 tasks, by ${file}` }
    },
  },
  {
    id: 'F12',
    title: 'the database’s disk full',
    cannot: async () => (isRoot ? undefined : 'mounting a small disk needs root'),
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 4,
        pause: 10,
        patience: 240,
        async inject() {
          const { postgres } = stage
          await onSmallDisk(stage)
          await delay(1_000)
          const file = await fill(join(postgres.folder, 'small'))
          await delay(amount.form === 'long' ? 30_000 : 4_000)
          await rm(file)
          // A full disk may end PostgreSQL itself; whoever watches over it starts it again.
          await eventually('PostgreSQL runs', async () => {
            const up = await postgres
              .program('pg_ctl', ['-D', postgres.data, 'status'])
              .catch(() => undefined) // it is down
            if (!up) await postgres.start()
            return true
          })
          return {
            runs: 1,
            note: 'no fsync error is injected: that wants strace, which changes the timing of everything',
          }
        },
      }),
  },
]

/** Room that is left on it, in megabytes: a few segments of write-ahead log. */
const ROOM = 300

/** Moves the database's write-ahead log and data to a file system that they nearly fill. */
async function onSmallDisk({ postgres }: Stage): Promise<void> {
  const small = join(postgres.folder, 'small')
  await mkdir(small, { recursive: true })
  await postgres.stop()
  const { stdout } = await run('du', ['-sm', postgres.data])
  const size = Number.parseInt(stdout, 10) + ROOM
  await must('mount', '-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', small)
  await must('cp', '-a', postgres.data, join(small, 'data'))
  await must('mv', postgres.data, `${postgres.data}.before`)
  await must('ln', '-s', join(small, 'data'), postgres.data)
  await must('chown', '-h', 'postgres', postgres.data)
  await writeFile(join(postgres.folder, 'mounted'), small)
  await postgres.start()
}
