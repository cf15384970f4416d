import { DatabaseSetupExporter, type OutboxOrInbox } from 'pg-transactional-outbox'
import type { Contestant } from '../contestant.ts'
import { openPeer } from '../stage.ts'
import { versionOf } from '../versions.ts'

/** The package's own script for its table, its function and their indexes. */
const tables = (outboxOrInbox: OutboxOrInbox) =>
  DatabaseSetupExporter.createPollingScript(
    {
      outboxOrInbox,
      database: '',
      schema: 'public',
      table: outboxOrInbox,
      listenerRole: 'current_user',
      handlerRole: 'current_user',
      nextMessagesName: `next_${outboxOrInbox}_messages`,
    },
    true,
  )

export const transactionalOutbox: Contestant = {
  name: `pg-transactional-outbox ${versionOf('pg-transactional-outbox')}, polling`,
  hop: 'broker',
  how: 'Its outbox listener publishes with confirms, its inbox stores and its inbox listener handles in one transaction, both polling every 20 ms with 100 messages at a time, in parallel (its defaults are 500 ms and 5).',
  window: 1_000,
  open: () =>
    openPeer({
      broker: true,
      sender: tables('outbox'),
      // Its inbox takes the place of the plain one.
      receiver: `drop table inbox;${tables('inbox')}`,
      async start(processes, settings) {
        await processes.node(new URL('./receiver.ts', import.meta.url), settings)
        await processes.node(new URL('./sender.ts', import.meta.url), settings)
      },
    }),
}
