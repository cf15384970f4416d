import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repeatedly } from '@alta/kit/repeatedly'
import { WebSocket } from 'ws'
import type { Drill, Scene } from '../drill.ts'
import { killOnce } from '../support/processes.ts'

const TICKETS = '/api/v1/notifications/tickets'

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
      { alert: 'LiveUnavailable', speed: 12 },
    ],
    async begin({ redis, operator }, broken) {
      broken.defer(() => redis.start())
      await redis.kill()
      const asking = repeatedly({
        name: 'ask for tickets',
        everySeconds: 1,
        run: async () => void (await operator.call('POST', TICKETS).catch(() => undefined)), // refused: that is what the alert is about
      })
      broken.defer(() => asking.stop())
    },
  },
  {
    what: 'clients of live updates answer no ping, and come again when they are given up',
    expects: [{ alert: 'LiveClientsDropped', speed: 12 }],
    begin: connectDeaf,
  },
  {
    what: 'the sidecar of `notifications` is started with an access control that lets nobody in',
    expects: [{ alert: 'DaprBlocksCalls', speed: 12, labels: { instance: 'notifications-daprd' } }],
    begin: lockOut,
  },
]

/** As many as one person may have, but for one. */
const DEAF_CLIENTS = 9

/** They stay connected, and answer no ping: each is given up, and comes again. */
async function connectDeaf({ operator }: Scene, broken: AsyncDisposableStack): Promise<void> {
  const sockets = new Set<WebSocket>()
  const fill = async (): Promise<void> => {
    while (sockets.size < DEAF_CLIENTS) {
      const { body } = await operator.call('POST', TICKETS)
      const address = `${operator.gateway.replace('http', 'ws')}/api/v1/notifications/live`
      const socket = new WebSocket(address, ['alta.live.v1', `ticket.${body.ticket}`], { autoPong: false })
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => sockets.delete(socket))
    }
  }
  const filling = repeatedly({ name: 'connect again', everySeconds: 1, run: fill })
  broken.defer(async () => {
    await filling.stop()
    for (const socket of sockets) socket.terminate()
  })
}

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
