import { randomBytes } from 'node:crypto'
import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import type { AuditResource } from '@alta/contracts/resources/audit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { entryOfCommit } from '../audit/request-audit.ts'
import type { DatabaseConfig } from '../config/environment.ts'
import { insertOutboxRows } from '../events/outbox.ts'
import { copyRow, type EmitOptions, type OutboxRow, outboxRow } from '../events/outbox-row.ts'
import { failPoint } from '../fail-points.ts'
import { currentContext } from '../http/request-context.ts'
import { log } from '../telemetry/log.ts'
import { showPool } from './pool-metrics.ts'
import { DEFAULT_TENANT } from './tenant.ts'
import { joinedUnit } from './unit-of-work.ts'
import { type WriteOutage, writeOutageOf } from './write-outage.ts'

/** `emit` inside one tenant's transaction. Synchronous: rows are written together just before the commit. */
export type Emit = <Data>(contract: EventContract<Data>, data: NoInfer<Data>, options?: EmitOptions) => void

/**
 * Publishes a stored event again, as a copy for one app: unchanged, on its own topic, with the commit. The copy names
 * that app in `replayfor` and the replay in `replayid`; only the `events` service may publish to every topic.
 * With `redelivery` instead it is the event itself once more, for whoever has not had it: the others pass over it.
 * @throws {TypeError} without these two, which would reach everybody, or when it is another tenant's
 */
export type Forward = (copy: CloudEvent) => void

export interface TransactionScope<Schema> {
  /** The only handle to use inside the transaction. */
  tx: Kysely<Schema>
  emit: Emit
}

export interface ForwardingScope<Schema> extends TransactionScope<Schema> {
  forward: Forward
}

export interface SystemScope<Schema> {
  tx: Kysely<Schema>
  /** `emit` on behalf of a tenant. */
  emitFor(tenantId: string): Emit
  forward: Forward
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
    work: (scope: ForwardingScope<Schema>) => Promise<Result>,
  ): Promise<Result>
  /** Reads on behalf of one tenant, in one snapshot-less read-only transaction. */
  read<Result>(tenantId: string, work: (tx: Kysely<Schema>) => Promise<Result>): Promise<Result>
  /** A transaction that sees every tenant: for sweeps, for logins before the tenant is known, and for who keeps tenants. */
  system<Result>(work: (scope: SystemScope<Schema>) => Promise<Result>): Promise<Result>
  /** The same, reading alone: no audit entry takes it for what a request has changed. */
  systemRead<Result>(work: (tx: Kysely<Schema>) => Promise<Result>): Promise<Result>
  /** A transaction that the caller ends: for the inbox, where one may act for several tenants and has a time limit. */
  begin(tenantId: string): Promise<OpenTransaction<Schema>>
  /** Rows committed from now on are handed to this relay. */
  publishThrough(publisher: OutboxPublisher): void
  /** Source of emitted events: `/<app-id>`. */
  readonly appId: string
  readonly pool: pg.Pool
  /** Whether the database answers and stores nothing: its disk is full. */
  readonly writes: WriteOutage
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
  showPool(pool)
  return openDatabase<Schema>(appId, pool)
}

const handles = new WeakMap<pg.PoolClient, Kysely<unknown>>()

/** A Kysely that runs everything on one connection, so that `begin` and `commit` are ours and cost one round trip. */
function handleOn<Schema>(client: pg.PoolClient, failed: (error: unknown) => void): Kysely<Schema> {
  let handle = handles.get(client)
  if (!handle) {
    const connection = { query: client.query.bind(client), release: () => undefined }
    const onlyThis = { connect: async () => connection, end: async () => undefined }
    // The dialect asks of a pool only `connect` and `end`, and of a client only `query` and `release`.
    handle = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: onlyThis as unknown as pg.Pool }),
      log: (event) => {
        if (event.level === 'error') failed(event.error)
      },
    })
    handles.set(client, handle)
  }
  // A Kysely handle carries no schema at run time.
  return handle as unknown as Kysely<Schema>
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function openDatabase<Schema>(appId: string, pool: pg.Pool): Database<Schema> {
  let publisher: OutboxPublisher | undefined
  const writes = writeOutageOf(async () => {
    const { tx, rollback } = await begin(DEFAULT_TENANT, 'read write')
    await probeWrite(tx).finally(rollback)
  })

  /** Begins on a fresh connection. The tenant is checked and not bound because `set local` takes no parameters. */
  async function begin(tenant: string, wanted: 'read write' | 'read only'): Promise<OpenTransaction<Schema>> {
    const mode = currentContext()?.readOnly ? 'read only' : wanted
    if (tenant !== '*' && !uuid.test(tenant)) throw new TypeError(`"${tenant}" is not a tenant id`)
    const client = await pool.connect()
    try {
      await client.query(`begin ${mode}; set local alta.tenant_id = '${tenant}'`)
    } catch (error) {
      client.release(true)
      writes.failed(error)
      throw error
    }
    const tx = handleOn<Schema>(client, writes.failed)
    const rows: OutboxRow[] = []
    const changed: AuditResource[] = []
    let actingFor = tenant
    return {
      get tenant() {
        return actingFor
      },
      tx,
      async actFor(next) {
        if (next === actingFor) return
        await client.query(`select set_config('alta.tenant_id', $1, true)`, [next])
        actingFor = next
      },
      emitFor: (tenantId) => (contract, data, options) => {
        rows.push(outboxRow(appId, tenantId, contract, data, options))
        changed.push({ name: contract.topic, id: contract.subject(data) })
      },
      forward: (copy) => rows.push(copyRow(actingFor, copy)),
      async commit() {
        const leased = publisher?.ready ? publisher : undefined
        const audit = mode === 'read write' ? entryOfCommit(actingFor, changed) : undefined
        try {
          const noted = audit?.noted
          if (noted) rows.push(outboxRow(appId, noted.tenantId, auditRecorded, noted.entry))
          if (rows.length > 0) await insertOutboxRows(client, rows, leased)
          failPoint('app.before-commit')
          const { command } = await client.query('commit')
          // PostgreSQL answers so, and with no error, when a statement has failed that `work` did not let on about.
          if (command === 'ROLLBACK')
            throw new Error('rolled back: a statement of the transaction had failed')
        } catch (error) {
          audit?.takeBack()
          writes.failed(error)
          await rollback(client)
          throw error
        }
        failPoint('app.after-commit')
        client.release()
        if (leased && rows.length > 0) leased.committed(rows)
      },
      rollback: () => rollback(client),
      abandon: () => abandon(pool, client),
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
    writes,
    transaction: (tenantId, work) =>
      run(tenantId, 'read write', ({ tx, emitFor, forward }) =>
        work({ tx, emit: emitFor(tenantId), forward }),
      ),
    read: (tenantId, work) => run(tenantId, 'read only', ({ tx }) => work(tx)),
    system: (work) => run('*', 'read write', work),
    systemRead: (work) => run('*', 'read only', ({ tx }) => work(tx)),
    begin: (tenantId) => begin(tenantId, 'read write'),
    publishThrough(next) {
      publisher = next
    },
    close: () => pool.end(),
  }
}

/** A transaction somebody has begun and must end by exactly one of `commit`, `rollback` and `abandon`. */
export interface OpenTransaction<Schema> extends SystemScope<Schema> {
  /** Whose rows it sees now. */
  readonly tenant: string
  /** From here on it sees another tenant's rows. */
  actFor(tenantId: string): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Rolls back by ending the connection, also while a statement runs or somebody else still holds the handle. */
  abandon(): void
}

/** More than any page has left, so that the disk is asked for room; text at random, which cannot be compressed. */
async function probeWrite<Schema>(tx: Kysely<Schema>): Promise<void> {
  const text = JSON.stringify(randomBytes(192 * 1024).toString('base64'))
  await sql`
    insert into idempotency_keys (tenant_id, user_id, route, key, fingerprint, answer)
    values (${DEFAULT_TENANT}, '', 'write probe', gen_random_uuid()::text, '', ${text})`.execute(tx)
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

/** PostgreSQL notices a lost connection only when a statement ends: until then its locks would stay. */
function abandon(pool: pg.Pool, client: pg.PoolClient & { processID?: number | null }): void {
  const { processID } = client
  client.release(true)
  pool
    .query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where pid = $1 and application_name = current_setting('application_name')`,
      [processID],
    )
    .catch((error: unknown) => log.warn({ err: error }, 'could not end an abandoned transaction'))
}
