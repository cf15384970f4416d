import type { PoolConfig } from 'pg'
import type { OutboxOrInbox, PollingListenerConfig } from 'pg-transactional-outbox'

export const aggregateType = 'change'
export const messageType = 'change_made'

export function listenerConfig(outboxOrInbox: OutboxOrInbox, url: string): PollingListenerConfig {
  // It makes pools of these; a server for tests has a hundred connections for everybody.
  const connection: PoolConfig = { connectionString: url, max: 10 }
  return {
    outboxOrInbox,
    dbListenerConfig: { ...connection, max: 2 } as PoolConfig,
    dbHandlerConfig: connection,
    settings: {
      dbSchema: 'public',
      dbTable: outboxOrInbox,
      // As its README has them for either side.
      enableMaxAttemptsProtection: outboxOrInbox === 'inbox',
      enablePoisonousMessageProtection: outboxOrInbox === 'inbox',
      nextMessagesFunctionName: `next_${outboxOrInbox}_messages`,
      nextMessagesBatchSize: 100,
      nextMessagesPollingIntervalInMs: 20,
    },
  }
}
