import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repeatedly } from '@alta/kit/repeatedly'
import type { Drill, Scene } from '../drill.ts'
import { killOnce } from '../support/processes.ts'

export const partDrills: readonly Drill[] = [
  {
    what: 'the folder of the files is gone',
    expects: [{ alert: 'FilesUnavailable', labels: { job: 'documents' } }],
    async begin({ home }, broken) {
      const files = join(home, 'files')
      broken.defer(() => rename(`${files}.away`, files))
      await rename(files, `${files}.away`)
      broken.defer(() => rm(files, { force: true }))
      // Services make a folder that is missing; a file in its place they cannot.
      await writeFile(files, '')
    },
  },
  {
    what: 'Redis is killed',
    expects: [
      { alert: 'RedisUnavailable', speed: 12, labels: { app_id: 'tasks' } },
      // Tasks are accepted all the same, and wait.
      { alert: 'TaskStuck', speed: 12 },
    ],
    async begin({ redis }, broken) {
      broken.defer(() => redis.start())
      await redis.kill()
    },
  },
  {
    what: 'the sidecar of `notifications` is started with an access control that lets nobody in',
    expects: [{ alert: 'DaprBlocksCalls', speed: 12, labels: { instance: 'notifications-daprd' } }],
    begin: lockOut,
  },
]

async function lockOut({ home, operator }: Scene, broken: AsyncDisposableStack): Promise<void> {
  const file = join(home, 'dapr/config.yaml')
  const before = await readFile(file, 'utf8')
  const nobody = ['spec:', '  accessControl:', '    defaultAction: deny', '    trustDomain: alta', '']
  broken.defer(async () => {
    await writeFile(file, before)
    await killOnce(home, 'notifications-daprd')
  })
  await writeFile(file, before.replace(/^spec:\n/m, nobody.join('\n')))
  await killOnce(home, 'notifications-daprd')
  const calling = repeatedly({
    name: 'look at the mails',
    everySeconds: 1,
    run: async () => void (await operator.mails().catch(() => [])), // refused: that is what the alert is about
  })
  broken.defer(() => calling.stop())
}
