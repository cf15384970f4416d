import { z } from 'zod'
import { cloudEvent, cloudEventExample } from '../cloud-event.ts'
import { event } from '../event.ts'

export const messageFailed = event({
  topic: 'message.failed.v1',
  owner: 'every service',
  summary: 'A handler has given up on an event; carries the event and its history.',
  schema: z.object({
    /** App-id whose handler failed. */
    app: z.string(),
    /** `<app>/<topic>` of its subscription. */
    handler: z.string(),
    /** As it was delivered; a copy carries its `replayid`. */
    event: cloudEvent,
    attempts: z.number().int().min(1),
    errorClass: z.string(),
    message: z.string(),
    stack: z.string(),
    /** Of an event that breaks its contract: where, and what was expected. */
    faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    history: z.array(z.object({ at: z.iso.datetime(), errorClass: z.string(), message: z.string() })),
  }),
  example: {
    app: 'ocr',
    handler: 'ocr/document.ocr-requested.v1',
    event: cloudEventExample,
    attempts: 6,
    errorClass: 'TypeError',
    message: 'x is not a function',
    stack: 'TypeError: x is not a function\n    at read (read.ts:10:3)',
    history: [{ at: '2026-11-22T12:00:00.000Z', errorClass: 'TypeError', message: 'x is not a function' }],
  },
  subject: (data) => data.app,
})
