import type { Contestant } from '../contestant.ts'
import { openPeer } from '../stage.ts'
import { versionOf } from '../versions.ts'

export const pgBoss: Contestant = {
  name: `pg-boss ${versionOf('pg-boss')}, batches of 500`,
  hop: 'database',
  how: 'send in the transaction of the change, with NOTIFY; one worker that fetches 500 jobs at a time, at once after a full batch, effects and completions of a batch in one transaction, in the same database.',
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
