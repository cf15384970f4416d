import { sql } from 'kysely'
import type { PresentedAnswer } from '../http/answer.ts'
import { type IdempotencyStore, idempotencyKeyReused, requestInProgress } from '../http/idempotency.ts'
import type { Database } from './database.ts'
import { asOneUnit } from './unit-of-work.ts'

/** How long a key is remembered. */
const RETENTION = '24 hours'

/**
 * Answers a repeated request with the first answer. The key, the effect and the answer commit together: a
 * crash leaves all or none of them, so a retry after any failure has the effect exactly once.
 */
export function idempotencyStore<Schema>(
  database: Database<Schema>,
): IdempotencyStore & { purge(): Promise<void> } {
  return {
    async run(scope, handle) {
      const { tenantId, userId, route, key, fingerprint } = scope
      const replay = await database.read(tenantId, async (tx) => {
        const { rows } = await sql<{ fingerprint: string; answer: PresentedAnswer }>`
          select fingerprint, answer from idempotency_keys
          where tenant_id = ${tenantId} and user_id = ${userId} and route = ${route} and key = ${key}
            and created_at > now() - ${sql.lit(RETENTION)}::interval`.execute(tx)
        return rows[0]
      })
      if (replay) {
        if (replay.fingerprint !== fingerprint) throw idempotencyKeyReused()
        return { answer: replay.answer, replayed: true }
      }
      const answer = await asOneUnit(handle, {
        async begun({ tx }) {
          // Waits for nobody: a second request with the key finds the lock taken and is told so.
          const { rows } = await sql<{ locked: boolean }>`
            select pg_try_advisory_xact_lock(hashtextextended(${`${userId} ${route} ${key}`}, 0)) as locked`.execute(
            tx,
          )
          if (!rows[0]?.locked) throw requestInProgress()
        },
        async finish(transaction, result) {
          // A request that has changed nothing may as well be made again.
          if (!transaction) return
          const { rows } = await sql`
            insert into idempotency_keys (tenant_id, user_id, route, key, fingerprint, answer)
            values (${tenantId}, ${userId}, ${route}, ${key}, ${fingerprint}, ${JSON.stringify(result)})
            on conflict (tenant_id, user_id, route, key) do update
              set fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = now()
              where idempotency_keys.created_at <= now() - ${sql.lit(RETENTION)}::interval
            returning 1`.execute(transaction.tx)
          // The first request committed between our look and our lock.
          if (rows.length === 0) throw requestInProgress()
        },
      })
      return { answer, replayed: false }
    },
    /** Forgets keys past their time. */
    purge: () =>
      database.system(async ({ tx }) => {
        await sql`delete from idempotency_keys where created_at < now() - ${sql.lit(RETENTION)}::interval`.execute(
          tx,
        )
      }),
  }
}
