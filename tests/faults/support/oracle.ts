import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { queueOf } from '@alta/kit/events/names'
import { consumerTopics } from './contracts.ts'
import type { Stage } from './stage.ts'

export interface Verdict {
  /** Changes in the ledger that are not meant to fail. */
  readonly committed: number
  /** Committed, and without an effect. */
  readonly lost: number
  /** With more than one effect. */
  readonly duplicate: number
  /** With an effect, and never committed. */
  readonly phantom: number
  /** Answered 201, and not in the ledger; or twice in it under one key. */
  readonly brokenAnswers: number
  /** Seconds until everything was still. */
  readonly quietAfter: number
}

const STILL_MS = 3_000
const consumerQueues = consumerTopics.map((topic) => queueOf('consumer', topic))

/**
 * Waits until nothing moves any more: outboxes, inbox and queues empty, and the effects unchanged for some seconds.
 * @throws {Error} with what still moves, when that takes longer than `seconds`
 */
export async function quiet(stage: Stage, seconds = 90): Promise<number> {
  const began = Date.now()
  let last = ''
  let since = Date.now()
  let state = ''
  while (Date.now() - began < seconds * 1_000) {
    state = await inTables(stage).catch((error: unknown) => `cannot look: ${String(error)}`)
    if (state !== last) {
      last = state
      since = Date.now()
    } else if (state.startsWith('0 open') && Date.now() - since >= STILL_MS) {
      // Last, and once: each time it starts a machine of Erlang's, for a second of a processor.
      const queued = await inQueues(stage)
      if (queued === 0 && (await inTables(stage)) === state) return (since - began) / 1_000
      state += `, ${queued} in queues`
      since = Date.now()
    }
    await delay(250)
  }
  throw new Error(`it did not become quiet within ${seconds} s: ${state}`)
}

async function inTables({ admin }: Stage): Promise<string> {
  const { rows } = await admin.query<{ outbox: number; inbox: number; effects: number }>(
    `select (select count(*)::int from producer.outbox_events where status <> 'COMPLETED')
          + (select count(*)::int from consumer.outbox_events where status <> 'COMPLETED') as outbox,
       (select count(*)::int from consumer.inbox_messages where status not in ('COMPLETED', 'FAILED')) as inbox,
       (select coalesce(sum(times), 0)::int from consumer.effects) as effects`,
  )
  const { outbox = 0, inbox = 0, effects = 0 } = rows[0] ?? {}
  return `${outbox + inbox} open (outbox ${outbox}, inbox ${inbox}), ${effects} effects`
}

/** Also what the sidecar holds back for another attempt: it is in no other place than the broker's unacknowledged ones. */
async function inQueues({ broker }: Stage): Promise<number> {
  const columns = ['name', 'messages_ready', 'messages_unacknowledged']
  const listing = await broker.rabbitmqctl('list_queues', '--no-table-headers', ...columns)
  return listing
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([name = '']) => consumerQueues.includes(name))
    .reduce((sum, [, ready, unacknowledged]) => sum + Number(ready) + Number(unacknowledged), 0)
}

/** Compares the ledger with the effects, and both with what was answered. */
export async function judge(stage: Stage, ledgerFile: string, quietAfter: number): Promise<Verdict> {
  const { rows } = await stage.admin.query<Omit<Verdict, 'brokenAnswers' | 'quietAfter'>>(
    `select
       (select count(*)::int from ledger where poison is null) as committed,
       (select count(*)::int from ledger l where poison is null
          and not exists (select from effects e where e.change_id = l.change_id)) as lost,
       (select count(*)::int from effects where times > 1) as duplicate,
       (select count(*)::int from effects e
          where not exists (select from ledger l where l.change_id = e.change_id)) as phantom`,
  )
  const answered = (await readFile(ledgerFile, 'utf8')).split('\n').filter(Boolean)
  const { rows: broken } = await stage.admin.query<{ count: number }>(
    `select (select count(*)::int from unnest($1::text[]) as answered (key)
        where not exists (select from ledger where request_key = answered.key))
      + (select count(*)::int from (select 1 from ledger group by request_key having count(*) > 1) twice) as count`,
    [answered],
  )
  const figures = rows[0]
  if (!figures) throw new Error('the database gave no figures')
  return { ...figures, brokenAnswers: broken[0]?.count ?? 0, quietAfter }
}
