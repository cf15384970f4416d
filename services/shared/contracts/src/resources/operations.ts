import { z } from 'zod'

/*
 * What every service with a database tells operators about itself. These routes are reached by Dapr invocation
 * alone, with the operator's own token; the gateway does not lead to them.
 */

const count = z.number().int().min(0)
const seconds = z.number().min(0)
const time = z.iso.datetime()

/** An event that the broker would not take. `nextAttemptAt` is null when it waits for a person. */
export const refusedEvent = z.object({
  id: z.uuid(),
  topic: z.string(),
  attempts: count,
  lastError: z.string(),
  createdAt: time,
  nextAttemptAt: time.nullable(),
})
export type RefusedEvent = z.infer<typeof refusedEvent>

/**
 * Messages of one topic that fail in one way and are repeated. What the failures say is left out, for it may tell of
 * people. `nextAttemptAt` is null when none is due before the handler is resumed.
 */
export const repeatedFailure = z.object({
  topic: z.string(),
  errorClass: z.string(),
  messages: count,
  /** Of the one that was repeated most. */
  attempts: count,
  nextAttemptAt: time.nullable(),
})
export type RepeatedFailure = z.infer<typeof repeatedFailure>

/** One topic that the service handles, over all its replicas. */
export const handlerFigures = z.object({
  topic: z.string(),
  paused: z.boolean(),
  /** Since the replicas that are alive now have started. */
  handled: count,
  /** Attempts that failed, likewise. */
  failed: count,
  /** Milliseconds from delivery to the end of the handler over the last minute; null when nothing was handled in it. */
  p50Ms: z.number().min(0).nullable(),
  p95Ms: z.number().min(0).nullable(),
  inFlight: count,
  /** Seconds since the oldest of those in flight began; null when none is. */
  oldestInFlightSeconds: seconds.nullable(),
})
export type HandlerFigures = z.infer<typeof handlerFigures>

export const replicaFigures = z.object({
  id: z.string(),
  host: z.string(),
  version: z.string(),
  startedAt: time,
  /** When it last wrote its figures; a replica that has not for some seconds is gone or stuck. */
  seenAt: time,
  inFlight: count,
  handled: count,
  failed: count,
})
export type ReplicaFigures = z.infer<typeof replicaFigures>

/** `GET /operations/report`. Any replica answers for all of them. */
export const operationsReport = z.object({
  app: z.string(),
  at: time,
  outbox: z.object({
    /** Not yet published, refused ones not counted. */
    waiting: count,
    failed: count,
    oldestSeconds: seconds,
    /** The latest refusals, at most twenty. */
    errors: z.array(refusedEvent),
  }),
  inbox: z.object({
    /** Waiting for another attempt, or for their handler to be resumed. */
    parked: count,
    /** Given up: each is a dead letter. */
    failed: count,
    /** Leased to a worker. */
    working: count,
    /** Since the oldest parked message was received. */
    oldestSeconds: seconds,
    paused: z.array(z.string()),
    /** Why they are parked, most messages first, at most twenty; a service of an earlier release does not say it. */
    repeating: z.array(repeatedFailure).default([]),
  }),
  handlers: z.array(handlerFigures),
  replicas: z.array(replicaFigures),
})
export type OperationsReport = z.infer<typeof operationsReport>

/** Body of `POST /operations/inbox/release`: one message, those of a topic, or with neither all that wait to be repeated. */
export const inboxRelease = z.object({
  messageId: z.string().min(1).max(200).optional(),
  topic: z.string().min(1).max(200).optional(),
})

/** Asks whether messages are in an inbox (`POST /operations/receipts`); answered in the same order. */
export const receiptRequest = z.object({
  messages: z
    .array(
      z.object({
        messageId: z.string().min(1).max(200),
        source: z.string().min(1).max(200),
        handler: z.string().min(1).max(300),
      }),
    )
    .min(1)
    .max(10_000),
})
export const receiptAnswer = z.object({ known: z.array(z.boolean()) })
