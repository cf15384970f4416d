import { event } from '@alta/contracts/event'
import { z } from 'zod'

const schema = z.object({ id: z.uuid(), text: z.string() })
export type BenchData = z.infer<typeof schema>

/** About as much as an event of the pipeline carries. */
export const dataOf = (id: string): BenchData => ({ id, text: 'x'.repeat(120) })

/** App-id of the consumer, and schema of the database that both sides use. */
export const appId = 'bench'

const contract = (way: string) =>
  event({
    topic: `bench-${way}.sent.v1`,
    owner: appId,
    summary: 'Something to measure was sent.',
    schema,
    example: { id: '019a9d2e-0000-7000-8000-000000000001', text: '' },
    subject: ({ id }) => id,
  })

/** One topic for each way of sending, so that they never wait for each other in a queue. */
export const byRelay = contract('relay')
export const byPublish = contract('publish')
export const byOutbox = contract('outbox')
/** Taken by a handler that does nothing: what broker, sidecar and HTTP cost alone. */
export const byNobody = contract('floor')
/** Only stored: no consumer takes part of the machine. */
export const stored = contract('stored')

export const consumed = [byRelay, byPublish, byOutbox, byNobody]
