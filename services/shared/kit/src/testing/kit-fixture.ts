import { type Kysely, sql } from 'kysely'
import type { BrokerConfig } from '../config/environment.ts'

/** For the kit's own tests: the schema of `testing/migrations/`. */
export interface EffectsSchema {
  effects: { tenant_id: string; subject: string; times: number }
}

export const effectsMigrations = new URL('./migrations/', import.meta.url)

/** Counts an effect; twice is an error that shows as 2. */
export async function addEffect(tx: Kysely<EffectsSchema>, tenantId: string, subject: string): Promise<void> {
  await sql`
    insert into effects (tenant_id, subject) values (${tenantId}, ${subject})
    on conflict (tenant_id, subject) do update set times = effects.times + 1`.execute(tx)
}

/** Settings that make a test quick: looks every second, retries after one. */
export const quickBroker = (url: string): BrokerConfig => ({
  RABBITMQ_URL: url,
  OUTBOX_TRANSPORT: 'amqp',
  OUTBOX_BATCH_SIZE: 100,
  OUTBOX_PROCESSING_INTERVAL: 1,
  OUTBOX_MAX_RETRIES: 5,
  OUTBOX_RETRY_DELAY: 1,
  OUTBOX_RETENTION_SECONDS: 86_400,
  OUTBOX_REPUBLISH_SECONDS: 3_600,
  INBOX_MAX_RETRIES: 2,
  INBOX_RETRY_DELAY: 1,
  INBOX_HANDLER_SECONDS: 30,
  INBOX_RETENTION_SECONDS: 1_209_600,
  TOPOLOGY_FILE: '',
})
