import { z } from 'zod'
import { event } from '../event.ts'

export const messageRejected = event({
  topic: 'message.rejected.v1',
  owner: 'every service',
  summary: 'Something that is not an event of the platform was delivered; carries what it was.',
  schema: z.object({
    /** App-id that it was delivered to. */
    app: z.string(),
    /** Queue that it came from: the topic that was subscribed to. */
    topic: z.string(),
    reason: z.literal('schema_validation_failed'),
    /** Where it differs from a CloudEvent. */
    faults: z.array(z.object({ path: z.string(), message: z.string() })),
    /** As it came; cut after 64 KiB. */
    body: z.string(),
  }),
  example: {
    app: 'ocr',
    topic: 'document.ocr-requested.v1',
    reason: 'schema_validation_failed',
    faults: [{ path: 'source', message: 'Invalid input: expected string, received undefined' }],
    body: '{"specversion":"1.0","id":"1"}',
  },
  subject: (data) => data.app,
})
