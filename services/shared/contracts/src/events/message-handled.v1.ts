import { z } from 'zod'
import { event } from '../event.ts'

export const messageHandled = event({
  topic: 'message.handled.v1',
  owner: 'every service',
  summary: 'A copy of an event, published again for one app, was handled there; says so in the same commit.',
  schema: z.object({
    /** App-id whose handler it was. */
    app: z.string(),
    handler: z.string(),
    messageId: z.string(),
    source: z.string(),
    /** Topic of the event. */
    topic: z.string(),
    /** Names the replay or the redrive that published the copy. */
    replayId: z.uuid(),
  }),
  example: {
    app: 'ocr',
    handler: 'ocr/document.ocr-requested.v1',
    messageId: '019a9d2e-0000-7000-8000-000000000008',
    source: '/documents',
    topic: 'document.ocr-requested.v1',
    replayId: '019a9d2e-0000-7000-8000-000000000009',
  },
  subject: (data) => data.replayId,
})
