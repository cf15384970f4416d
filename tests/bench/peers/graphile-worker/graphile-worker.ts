import type { Contestant } from '../contestant.ts'
import { openPeer } from '../stage.ts'
import { versionOf } from '../versions.ts'

export const graphileWorker: Contestant = {
  name: `graphile-worker ${versionOf('graphile-worker')}, batched`,
  hop: 'database',
  how: 'add_job in the transaction of the change; one worker process, 10 jobs at once, localQueue of 500, completions batched without delay; inbox row and effect in one transaction, in the same database.',
  window: 1_000,
  open: () =>
    openPeer({
      broker: false,
      async start(processes, settings) {
        await processes.node(new URL('./receiver.ts', import.meta.url), settings)
        await processes.node(new URL('./sender.ts', import.meta.url), settings)
      },
    }),
}
