import type { EventContract } from '@alta/contracts/event'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DatabaseConfig } from '../config/environment.ts'
import { insertOutboxRows } from '../events/outbox.ts'
import { type EmitOptions, type OutboxRow, outboxRow } from '../events/outbox-row.ts'
import { log } from '../telemetry/log.ts'
import { joinedUnit } from './unit-of-work.ts'

/** `emit` inside one tenant's transaction. Synchronous: rows are written together just before the commit. */
export type Emit = <Data>(contract: EventContract<Data>, data: NoInfer<Data>, options?: EmitOptions) => void

export interface TransactionScope<Schema> {
  /** The only handle to use inside the transaction. */
  tx: Kysely<Schema>
  emit: Emit
}

export interface SystemScope<Schema> {
  tx: Kysely<Schema>
  /** `emit` on behalf of a tenant. */
  emitFor(tenantId: string): Emit
}

/** Takes over rows that were born leased to this process, right after their commit. */
export interface OutboxPublisher {
  /** Whether rows committed now will be published at once; if not they are left for any relay to claim. */
  readonly ready: boolean
  readonly owner: string
  readonly leaseSeconds: number
  committed(rows: OutboxRow[]): void
}

export interface Database<Schema> {
  /**
   * One transaction on behalf of one tenant. Everything in `work` commits or nothing does, events included;
   * so `work` must not touch anything that cannot be rolled back. Inside a request with an
   * `Idempotency-Key` it joins the request's own transaction, which commits with the answer.
   */
  transaction<Result>(
    tenantId: string,
    work: (scope: TransactionScope<Schema>) => Promise<Result>,
  ): Promise<Result>
  /** Reads on behalf of one tenant, in one snapshot-less read-only transaction. */
  read<Result>(tenantId: string, work: (tx: Kysely<Schema>) => Promise<Result>): Promise<Result>
  /** A transaction that sees every tenant: for sweeps, and for logins before the tenant is known. */
  system<Result>(work: (scope: SystemScope<Schema>) => Promise<Result>): Promise<Result>
  /** Rows committed from now on are handed to this relay. */
  publishThrough(publisher: OutboxPublisher): void
  /** Source of emitted events: `/<app-id>`. */
  readonly appId: string
  readonly pool: pg.Pool
  close(): Promise<void>
}

/**
 * Opens the service's pool; connects lazily, so a database that is down delays the first query and not the start.
 * @param appId the service, which is also the schema on the search path and the source of its events
 */
export function connect<Schema>(appId: string, settings: DatabaseConfig): Database<Schema> {
  const pool = new pg.Pool({
    host: settings.POSTGRES_HOST,
    port: settings.POSTGRES_PORT,
    database: settings.POSTGRES_DB,
    user: settings.POSTGRES_USER,
    password: settings.POSTGRES_PASSWORD,
    max: settings.POSTGRES_POOL_SIZE,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: appId,
    options: `-c search_path="${appId}" -c idle_in_transaction_session_timeout=60000`,
  })
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'lost an idle database connection'))
  // Nor does the pool listen while a connection is out: one that is lost between two statements of a transaction
  // would end the process too. The next statement on it fails, and that is where the loss is told.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return openDatabase<Schema>(appId, pool)
}

const handles = new WeakMap<pg.PoolClient, Kysely<unknown>>()

/** A Kysely that runs everything on one connection, so that `begin` and `commit` are ours and cost one round trip. */
function handleOn<Schema>(client: pg.PoolClient): Kysely<Schema> {
  let handle = handles.get(client)
  if (!handle) {
    const connection = { query: client.query.bind(client), release: () => undefined }
    const onlyThis = { connect: async () => connection, end: async () => undefined }
    // The dialect asks of a pool only `connect` and `end`, and of a client only `query` and `release`.
    handle = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: onlyThis as unknown as pg.Pool }) })
    handles.set(client, handle)
  }
  // A Kysely handle carries no schema at run time.
  return handle as unknown as Kysely<Schema>
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function openDatabase<Schema>(appId: string, pool: pg.Pool): Database<Schema> {
  let publisher: OutboxPublisher | undefined

  /** Begins on a fresh connection. The tenant is checked and not bound because `set local` takes no parameters. */
  async function begin(tenant: string, mode: 'read write' | 'read only'): Promise<OpenTransaction<Schema>> {
    if (tenant !== '*' && !uuid.test(tenant)) throw new TypeError(`"${tenant}" is not a tenant id`)
    const client = await pool.connect()
    try {
      await client.query(`begin ${mode}; set local alta.tenant_id = '${tenant}'`)
    } catch (error) {
      client.release(true)
      throw error
    }
    const tx = handleOn<Schema>(client)
    const rows: OutboxRow[] = []
    return {
      tenant,
      tx,
      emitFor: (tenantId) => (contract, data, options) =>
        rows.push(outboxRow(appId, tenantId, contract, data, options)),
      async commit() {
        const leased = publisher?.ready ? publisher : undefined
        try {
          if (rows.length > 0) await insertOutboxRows(client, rows, leased)
          const { command } = await client.query('commit')
          // PostgreSQL answers so, and with no error, when a statement has failed that `work` did not let on about.
          if (command === 'ROLLBACK')
            throw new Error('rolled back: a statement of the transaction had failed')
        } catch (error) {
          await rollback(client)
          throw error
        }
        client.release()
        if (leased && rows.length > 0) leased.committed(rows)
      },
      rollback: () => rollback(client),
    }
  }

  async function run<Result>(
    tenant: string,
    mode: 'read write' | 'read only',
    work: (transaction: OpenTransaction<Schema>) => Promise<Result>,
  ): Promise<Result> {
    const joined = await joinedUnit<Schema>(tenant, mode, () => begin(tenant, 'read write'))
    if (joined) return work(joined)
    const transaction = await begin(tenant, mode)
    let result: Result
    try {
      result = await work(transaction)
    } catch (error) {
      await transaction.rollback()
      throw error
    }
    await transaction.commit()
    return result
  }

  return {
    appId,
    pool,
    transaction: (tenantId, work) =>
      run(tenantId, 'read write', ({ tx, emitFor }) => work({ tx, emit: emitFor(tenantId) })),
    read: (tenantId, work) => run(tenantId, 'read only', ({ tx }) => work(tx)),
    system: (work) => run('*', 'read write', work),
    publishThrough(next) {
      publisher = next
    },
    close: () => pool.end(),
  }
}

/** A transaction somebody has begun and must end by exactly one of `commit` and `rollback`. */
export interface OpenTransaction<Schema> extends SystemScope<Schema> {
  readonly tenant: string
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** A connection that cannot even roll back is not given to anybody else. */
async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback')
    client.release()
  } catch (error) {
    log.warn({ err: error }, 'closed a database connection that could not roll back')
    client.release(true)
  }
}
