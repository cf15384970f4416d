import { z } from 'zod'

/** An attribute's text. CloudEvents forbids control characters and half surrogates, and PostgreSQL keeps none of NUL. */
const word = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters')

/**
 * The structured CloudEvent (CloudEvents 1.0, JSON format) that Alta's services exchange.
 * Attribute names are lower case by that specification; those below `time` are extensions.
 */
export const cloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  /** Id of the outbox row; with `source` it identifies the event for deduplication. */
  id: word,
  /** `/<app-id>` of the service whose transaction produced it. */
  source: word,
  type: word,
  time: z.iso.datetime({ offset: true }),
  subject: word,
  datacontenttype: z.literal('application/json'),
  /** W3C Trace Context of the work that produced the event; daprd reads it here and nowhere else. */
  traceparent: z.string().optional(),
  /** Dapr's own extensions, set by us as daprd would: a dead letter has no other trace of its origin. */
  topic: word,
  pubsubname: z.string(),
  /** Tenant that the data belongs to. */
  tenantid: z.uuid(),
  /** Request id of the call at the edge that everything following it can be found by. */
  correlationid: word,
  /** Id of the event whose handler emitted this one. */
  causationid: z.string().optional(),
  /** Version of the entity `subject` after the change, as the CloudEvents `sequence` extension: a string of digits. */
  sequence: z.string().regex(/^\d+$/).optional(),
  /** Set on a replay: the only app-id that handles this copy; the others acknowledge and ignore it. */
  replayfor: word.optional(),
  /** Names the replay or redrive that published the copy: it is handled once for each of them. */
  replayid: z.uuid().optional(),
  /** One attempt only: a copy that fails is given up at once, so that whoever published it learns the outcome soon. */
  replayattempts: z.literal('1').optional(),
  /**
   * What would leave the platform (mails, webhooks) is left out by whoever handles this event, and by whoever handles
   * what follows from it: every event that its handlers emit is marked too.
   */
  effects: z.literal('muted').optional(),
  data: z.unknown(),
})

export type CloudEvent = z.infer<typeof cloudEvent>

export const cloudEventExample: CloudEvent = {
  specversion: '1.0',
  id: '019a9d2e-0000-7000-8000-000000000008',
  source: '/documents',
  type: 'io.alta.project.deleted.v1',
  time: '2026-11-22T12:00:00.000Z',
  subject: '019a9d2e-0000-7000-8000-000000000002',
  datacontenttype: 'application/json',
  topic: 'project.deleted.v1',
  pubsubname: 'pubsub',
  tenantid: '00000000-0000-7000-8000-000000000000',
  correlationid: 'req-1',
  data: { projectId: '019a9d2e-0000-7000-8000-000000000002' },
}
