import { z } from 'zod'

export const liveKind = z.enum(['document', 'voice', 'review', 'project', 'task'])
export type LiveKind = z.output<typeof liveKind>

const project = { tenantId: z.uuid(), projectId: z.uuid() }

/**
 * What a client is told: that something has changed, and what. Never the content: whoever wants that asks the route
 * of the thing, which decides on its own who may read it.
 */
export const liveChange = z.object({
  kind: liveKind,
  id: z.uuid(),
  /** The event in the words of its topic: `approved`, `ocr-started`. */
  change: z.string(),
  projectId: z.uuid().optional(),
  /** Of a review: what is reviewed. */
  subject: z.object({ kind: z.enum(['document', 'voice']), id: z.uuid() }).optional(),
  /** When it happened. */
  time: z.iso.datetime(),
})

/** One line of the stream that all replicas read. `event` is the id of the event behind it, to tell repetitions by. */
export const liveEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('change'),
    event: z.string(),
    tenantId: z.uuid(),
    /** Members of the project hear of it, or this one person. */
    to: z.union([z.object({ projectId: z.uuid() }), z.object({ userId: z.uuid() })]),
    change: liveChange,
  }),
  z.object({
    type: z.literal('membership'),
    event: z.string(),
    ...project,
    userId: z.uuid(),
    member: z.boolean(),
    sequence: z.number().int(),
  }),
  z.object({ type: z.literal('project-deleted'), event: z.string(), ...project }),
])

export type LiveChange = z.output<typeof liveChange>
export type LiveEntry = z.output<typeof liveEntry>
