import { fileURLToPath } from 'node:url'
import type { Contestant } from '../contestant.ts'
import { EFFECT_ONCE } from '../effect-once.ts'
import { openPeer } from '../stage.ts'

const folder = fileURLToPath(new URL('./', import.meta.url))
/** Debian's own, whatever comes first on PATH: it is the one with Debian's packages. */
const python = '/usr/bin/python3'

export const packages = [
  'python3-fastapi',
  'python3-uvicorn',
  'python3-asyncpg',
  'python3-celery',
  'python3-psycopg2',
]

const OUTBOX = `
  create table outbox_events (
    id uuid primary key, event_type text not null, payload jsonb not null,
    status text not null default 'PENDING', created_at timestamptz not null default now());
  create index on outbox_events (created_at) where status = 'PENDING'`

interface Relay {
  batch: number
  pauseSeconds: number
  /** Also after a full batch. */
  pausesAlways: boolean
}

const WORKERS = 2
const PREFETCH = 32

const stack = (name: string, window: number, relay: Relay, how: string): Contestant => ({
  name,
  hop: 'broker',
  how: `FastAPI with asyncpg commits change and outbox row; an outbox process publishes batches of ${relay.batch} by send_task with confirms, one after another, ${how}; ${WORKERS} prefork workers with acks_late and prefetch ${PREFETCH}, inbox row and effect in one transaction.`,
  window,
  paused: relay.pausesAlways,
  open: () =>
    openPeer({
      broker: true,
      sender: OUTBOX,
      async start(processes, settings) {
        const all = { ...settings, ...relay, prefetch: PREFETCH, effectOnce: EFFECT_ONCE.replace('$1', '%s') }
        const worker = ['-m', 'celery', '-A', 'worker', 'worker', `--concurrency=${WORKERS}`]
        const quiet = ['--loglevel=warning', '--without-gossip', '--without-mingle', '--without-heartbeat']
        await processes.start('worker', python, [...worker, ...quiet], folder, all)
        await processes.start('relay', python, ['relay.py'], folder, all)
        const api = ['-m', 'uvicorn', 'api:app', '--port', String(settings.port), '--log-level', 'warning']
        await processes.start('api', python, api, folder, all)
      },
    }),
})

/** The stack with a relay that polls as fast as is sensible. */
export const celery = stack(
  'FastAPI + Celery, outbox polled every 20 ms',
  1_000,
  { batch: 100, pauseSeconds: 0.02, pausesAlways: false },
  'polling every 20 ms, at once after a full batch',
)

/** The stack at the settings it came with: OUTBOX_BATCH_SIZE 100, OUTBOX_PROCESSING_INTERVAL 5. */
export const celeryAsConfigured = stack(
  'FastAPI + Celery, outbox 100 per 5 s',
  200,
  { batch: 100, pauseSeconds: 5, pausesAlways: true },
  'one batch every 5 s',
)
