import type {
  HandlerFigures,
  OperationsReport,
  RefusedEvent,
  RepeatedFailure,
  ReplicaFigures,
} from '@alta/contracts/resources/operations'
import type pg from 'pg'
import { inboxFigures } from '../events/inbox.ts'
import { outboxFigures } from '../events/outbox.ts'
import { quantileOf, type TopicActivity } from './activity.ts'
import { type Replica, readReplicas } from './replicas.ts'

/**
 * What an operator wants to know of one service, from its tables alone, so that any replica answers for all.
 * @param topics what the service handles
 * @param paused those of them that are paused
 * @param openFrom id before which nothing in the outbox is open
 */
export async function operationsReportOf(
  pool: pg.Pool,
  appId: string,
  topics: readonly string[],
  paused: readonly string[],
  openFrom: string,
): Promise<OperationsReport> {
  const [outbox, errors, inbox, repeating, replicas] = await Promise.all([
    outboxFigures(pool, openFrom),
    refusedEvents(pool),
    inboxFigures(pool),
    repeatedFailures(pool),
    readReplicas(pool),
  ])
  return {
    app: appId,
    at: new Date().toISOString(),
    outbox: { ...outbox, errors },
    inbox: { ...inbox, paused: [...paused], repeating },
    handlers: topics.map((topic) => handlerFigures(topic, replicas, paused.includes(topic))),
    replicas: replicas.map(replicaFigures),
  }
}

async function refusedEvents(pool: pg.Pool): Promise<RefusedEvent[]> {
  const { rows } = await pool.query<
    Omit<RefusedEvent, 'createdAt' | 'nextAttemptAt'> & { createdAt: Date; nextAttemptAt: Date | null }
  >(
    `select id, topic, attempts, coalesce(last_error, '') as "lastError", created_at as "createdAt",
            next_attempt_at as "nextAttemptAt"
     from outbox_events where status = 'FAILED'
     order by id desc limit 20`,
  )
  return rows.map(({ createdAt, nextAttemptAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  }))
}

async function repeatedFailures(pool: pg.Pool): Promise<RepeatedFailure[]> {
  const { rows } = await pool.query<Omit<RepeatedFailure, 'nextAttemptAt'> & { nextAttemptAt: Date | null }>(
    `select topic, error_class as "errorClass", count(*)::int as messages, max(attempts) as attempts,
            min(next_attempt_at) as "nextAttemptAt"
     from inbox_messages where status = 'PARKED' and error_class is not null
     group by topic, error_class order by messages desc, topic, error_class limit 20`,
  )
  return rows.map(({ nextAttemptAt, ...row }) => ({
    ...row,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  }))
}

function handlerFigures(topic: string, replicas: readonly Replica[], paused: boolean): HandlerFigures {
  const known = replicas.flatMap(({ handlers, seenSeconds }) => {
    const activity = handlers[topic]
    return activity ? [{ ...activity, seenSeconds }] : []
  })
  const windows = known.map(({ window }) => window)
  // What was in flight when a replica wrote its row has become older since.
  const ages = known.flatMap(({ oldestSeconds, seenSeconds }) =>
    oldestSeconds === null ? [] : [oldestSeconds + seenSeconds],
  )
  return {
    topic,
    paused,
    handled: sum(known, ({ handled }) => handled),
    failed: sum(known, ({ failed }) => failed),
    p50Ms: quantileOf(windows, 0.5),
    p95Ms: quantileOf(windows, 0.95),
    inFlight: sum(known, ({ inFlight }) => inFlight),
    oldestInFlightSeconds: ages.length > 0 ? Math.max(...ages) : null,
  }
}

function replicaFigures({ id, host, version, startedAt, seenAt, handlers }: Replica): ReplicaFigures {
  const all: TopicActivity[] = Object.values(handlers)
  return {
    id,
    host,
    version,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    inFlight: sum(all, ({ inFlight }) => inFlight),
    handled: sum(all, ({ handled }) => handled),
    failed: sum(all, ({ failed }) => failed),
  }
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0)
