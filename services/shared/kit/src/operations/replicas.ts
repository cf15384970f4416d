import type pg from 'pg'
import type { Repetition } from '../repeatedly.ts'
import type { Activity, TopicActivity } from './activity.ts'

/** One running process of the service. */
export interface Replica {
  id: string
  host: string
  version: string
  startedAt: Date
  seenAt: Date
  /** Seconds ago. */
  seenSeconds: number
  handlers: Record<string, TopicActivity>
}

export interface ReplicaRecord {
  /** Writes the row every few seconds. */
  readonly beat: Repetition
  /** Takes the row away, at an orderly end. */
  leave(): Promise<void>
}

const BEAT_SECONDS = 3
/** A replica that has not been heard of for so long is not coming back. */
const FORGOTTEN_AFTER_SECONDS = 60

/** Keeps this process's row in the table by which every replica knows of all the others. */
export function recordReplica(options: {
  pool: pg.Pool
  id: string
  host: string
  version: string
  activity: Activity
}): ReplicaRecord {
  const { pool, id, host, version } = options
  const startedAt = new Date(performance.timeOrigin)
  return {
    beat: {
      name: 'tell the other replicas what this one does',
      everySeconds: BEAT_SECONDS,
      async run() {
        await pool.query(
          `insert into replicas (id, host, version, started_at, seen_at, handlers)
           values ($1, $2, $3, $4, now(), $5)
           on conflict (id) do update set seen_at = excluded.seen_at, handlers = excluded.handlers`,
          [id, host, version, startedAt, JSON.stringify(options.activity.figures())],
        )
        await pool.query(`delete from replicas where seen_at < now() - make_interval(secs => $1)`, [
          FORGOTTEN_AFTER_SECONDS,
        ])
      },
    },
    async leave() {
      await pool.query('delete from replicas where id = $1', [id])
    },
  }
}

/** All that were heard of within a minute, the one that was started first in front. */
export async function readReplicas(pool: pg.Pool): Promise<Replica[]> {
  const { rows } = await pool.query<Replica>(
    `select id, host, version, started_at as "startedAt", seen_at as "seenAt", handlers,
            greatest(extract(epoch from now() - seen_at), 0)::float8 as "seenSeconds"
     from replicas where seen_at > now() - make_interval(secs => $1)
     order by started_at, id`,
    [FORGOTTEN_AFTER_SECONDS],
  )
  return rows
}
