import { type Kysely, sql } from 'kysely'
import type { AttemptScope, IdentitySchema } from '../database/schema.ts'

export interface Counter {
  readonly scope: AttemptScope
  /** Keyed hash: whoever reads the table does not learn who was tried, nor from where. */
  readonly key: Buffer
}

export interface Failures {
  readonly scope: AttemptScope
  readonly failures: number
  /** The database's own clock wrote the time, and says how long ago that was. */
  readonly idleSeconds: number
}

/** Of the counters that were ever raised. */
export async function failuresOf(
  tx: Kysely<IdentitySchema>,
  counters: readonly Counter[],
): Promise<Failures[]> {
  const { rows } = await sql<Failures>`
    select scope, failures, extract(epoch from clock_timestamp() - last_failed_at)::float8 as "idleSeconds"
    from failed_attempts
    where (scope, key) in (${sql.join(counters.map(({ scope, key }) => sql`(${scope}, ${key})`))})
  `.execute(tx)
  return rows
}

/** Callers name the scopes in one order, so that two attempts never wait for each other. */
export async function countFailure(tx: Kysely<IdentitySchema>, counters: readonly Counter[]): Promise<void> {
  await sql`
    insert into failed_attempts (scope, key, failures)
    values ${sql.join(counters.map(({ scope, key }) => sql`(${scope}, ${key}, 1)`))}
    on conflict (scope, key) do update
      set failures = failed_attempts.failures + 1, last_failed_at = clock_timestamp()
  `.execute(tx)
}

export async function resetFailures(tx: Kysely<IdentitySchema>, { scope, key }: Counter): Promise<void> {
  await tx.deleteFrom('failed_attempts').where('scope', '=', scope).where('key', '=', key).execute()
}

/**
 * Counters that have made nobody wait yet are forgotten after an hour without a failure, the others after a day.
 * @param allowed failures from which on a counter makes somebody wait
 * @returns how many are gone
 */
export async function forgetFailures(
  tx: Kysely<IdentitySchema>,
  allowed: Readonly<Record<AttemptScope, number>>,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from failed_attempts
    where last_failed_at < now() - interval '1 day'
       or last_failed_at < now() - interval '1 hour'
      and failures < case scope
            when 'pair' then ${allowed.pair}::integer
            when 'account' then ${allowed.account}::integer
            else ${allowed.address}::integer
          end
  `.execute(tx)
  return Number(numAffectedRows ?? 0n)
}
