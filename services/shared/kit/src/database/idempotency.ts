import { sql } from 'kysely'
import { conflict, unprocessable } from '../errors.ts'
import type { Answer } from '../http/route.ts'
import type { Database } from './database.ts'
import { asOneUnit } from './unit-of-work.ts'

/** One request of one caller to one route under one `Idempotency-Key`. */
export interface IdempotencyScope {
  tenantId: string
  userId: string
  route: string
  key: string
  /** Hash of what the caller sent: the same key with other content is a mistake. */
  fingerprint: string
}

/** How long a key is remembered. */
const RETENTION = '24 hours'

/**
 * Answers a repeated request with the first answer. The key, the effect and the answer commit together: a
 * crash leaves all or none of them, so a retry after any failure has the effect exactly once.
 */
export function idempotencyStore<Schema>(database: Database<Schema>) {
  return {
    /**
     * @throws {Problem} 422 `idempotency_key_reused` for other content under the same key,
     *   409 `request_in_progress` while the first request still runs
     */
    async run(
      scope: IdempotencyScope,
      handle: () => Promise<Answer>,
    ): Promise<{ answer: Answer; replayed: boolean }> {
      const { tenantId, userId, route, key, fingerprint } = scope
      const replay = await database.read(tenantId, async (tx) => {
        const { rows } = await sql<{ fingerprint: string; answer: Answer }>`
          select fingerprint, answer from idempotency_keys
          where tenant_id = ${tenantId} and user_id = ${userId} and route = ${route} and key = ${key}
            and created_at > now() - ${sql.lit(RETENTION)}::interval`.execute(tx)
        return rows[0]
      })
      if (replay) {
        if (replay.fingerprint !== fingerprint) throw keyReused()
        return { answer: replay.answer, replayed: true }
      }
      const answer = await asOneUnit(
        () =>
          database.transaction(tenantId, async ({ tx }) => {
            // Waits for nobody: a second request with the key finds the lock taken and is told so.
            const { rows } = await sql<{ locked: boolean }>`
              select pg_try_advisory_xact_lock(hashtextextended(${`${userId} ${route} ${key}`}, 0)) as locked`.execute(
              tx,
            )
            if (!rows[0]?.locked) throw inProgress()
            return handle()
          }),
        async (transaction, result) => {
          if (!transaction) return
          const { rows } = await sql`
            insert into idempotency_keys (tenant_id, user_id, route, key, fingerprint, answer)
            values (${tenantId}, ${userId}, ${route}, ${key}, ${fingerprint}, ${JSON.stringify(result)})
            on conflict (tenant_id, user_id, route, key) do update
              set fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = now()
              where idempotency_keys.created_at <= now() - ${sql.lit(RETENTION)}::interval
            returning 1`.execute(transaction.tx)
          // The first request committed between our look and our lock.
          if (rows.length === 0) throw inProgress()
        },
      )
      return { answer, replayed: false }
    },
    /** Forgets keys past their time. */
    purge: () =>
      database.system(({ tx }) =>
        sql`delete from idempotency_keys where created_at < now() - ${sql.lit(RETENTION)}::interval`.execute(
          tx,
        ),
      ),
  }
}

const keyReused = () =>
  unprocessable(
    'idempotency_key_reused',
    'This Idempotency-Key was used with another request; take a new one.',
  )

const inProgress = () =>
  conflict(
    'request_in_progress',
    'A request with this Idempotency-Key is still running; ask again in a moment.',
    {
      headers: { 'retry-after': '1' },
    },
  )
