import {
  handlerFigures,
  refusedEvent,
  repeatedFailure,
  replicaFigures,
} from '@alta/contracts/resources/operations'
import { validationFailed } from '@alta/kit/http/validation'
import { z } from 'zod'
import type { HistoryWanted } from './history.repository.ts'

const time = z.iso.datetime()
const count = z.number().int().min(0)

export const queueResource = z.object({
  name: z.string(),
  app: z.string(),
  topic: z.string(),
  sampledAt: time.nullable().describe('Null when the broker was not asked yet'),
  ready: count,
  unacknowledged: count.nullable().describe('Null where the broker does not tell (no management API)'),
  consumers: count,
  publishRate: z.number().nullable().describe('Messages a second over the last minute'),
  acknowledgeRate: z.number().nullable(),
  oldestSeconds: z.number().nullable().describe('Age of the oldest message, good to one sample'),
  secondsToDrain: z.number().nullable().describe('Null when it does not shrink'),
  state: z
    .enum(['idle', 'working', 'paused', 'no_consumer', 'stuck'])
    .describe('`no_consumer` only when something waits and nobody takes it'),
})

export const serviceResource = z.object({
  app: z.string(),
  alive: z.boolean(),
  replicas: z.array(replicaFigures),
  handlers: z.array(handlerFigures),
})

export const outboxResource = z.object({
  app: z.string(),
  alive: z.boolean(),
  outbox: z
    .object({
      waiting: count,
      failed: count,
      oldestSeconds: z.number(),
      errors: z.array(refusedEvent),
    })
    .nullable(),
  inbox: z
    .object({
      parked: count,
      failed: count,
      working: count,
      oldestSeconds: z.number(),
      paused: z.array(z.string()),
      repeating: z
        .array(repeatedFailure)
        .describe('Why messages are parked, most of them first, at most twenty of each service'),
    })
    .nullable(),
})

export const stuckResource = z.object({
  app: z.string(),
  topic: z.string(),
  since: time.describe('When the oldest message in flight was delivered'),
  noticedAt: time,
  p95Ms: z.number().nullable().describe('What the handler took before'),
  clearedAt: time.nullable(),
})

export const queuePoint = z.object({
  at: time,
  ready: count,
  unacknowledged: count.nullable(),
  consumers: count,
  published: count.nullable().describe('Counted since the broker started'),
  acknowledged: count.nullable(),
})

export const servicePoint = z.object({
  at: time,
  alive: z.boolean(),
  replicas: count,
  outboxWaiting: count,
  outboxOldestSeconds: z.number(),
  inboxParked: count,
})

export const handlerPoint = z.object({
  at: time,
  handled: count.describe('Counted since the replicas that are alive have started'),
  failed: count.describe('Attempts that failed, likewise'),
  inFlight: count,
  oldestInFlightSeconds: z.number().nullable(),
  p50Ms: z.number().nullable().describe('Null when nothing was handled'),
  p95Ms: z.number().nullable(),
})

const MOST_POINTS = 2_000

export const historyQuery = z.object({
  from: time.optional().meta({ description: 'An hour before the end unless told.' }),
  to: time.optional().meta({ description: 'Now unless told.' }),
  step: z.coerce.number<string>().int().min(5).max(86_400).default(10).meta({ description: 'Seconds.' }),
})

/** @throws {Problem} 400 `validation_failed` when the range is empty or has too many points */
export function rangeOf({ from, to, step }: z.output<typeof historyQuery>): HistoryWanted {
  const end = to ? new Date(to) : new Date()
  const start = from ? new Date(from) : new Date(end.getTime() - 3_600_000)
  if (start >= end) throw validationFailed([{ path: 'query.from', message: 'must be before `to`' }])
  if ((end.getTime() - start.getTime()) / 1000 / step > MOST_POINTS) {
    const message = `gives more than ${MOST_POINTS} points; take longer steps or a shorter time`
    throw validationFailed([{ path: 'query.step', message }])
  }
  return { from: start, to: end, step }
}
