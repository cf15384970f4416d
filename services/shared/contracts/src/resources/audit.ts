import { z } from 'zod'

/** Something a request was about: a parameter of its path, or the subject of an event that it emitted. */
export const auditResource = z.object({
  /** Name of the parameter, or topic of the event. */
  name: z.string().min(1).max(200),
  id: z.string().max(200),
})

/** One thing that somebody did, was refused, or read. Never carries a body, a secret or a token. */
export const auditEntry = z.object({
  entryId: z.uuid(),
  at: z.iso.datetime(),
  /** Null: nobody was signed in. */
  actor: z
    .object({
      userId: z.uuid(),
      sessionId: z.string().max(200),
      roles: z.array(z.string().max(100)).max(50),
    })
    .nullable(),
  /** Method and path of the route, as `POST /api/v1/projects/:id/documents`. */
  action: z.string().min(1).max(300),
  /** The same in words, as the API's documentation has it. */
  summary: z.string().max(300),
  resources: z.array(auditResource).max(100),
  outcome: z.enum(['allowed', 'denied']),
  /** Code of the problem that a refused caller was told. */
  code: z.string().max(100).nullable(),
  /** Of a refusal: the rule that refused. Absent in entries from before it was noted. */
  rule: z.string().max(100).optional(),
  /** Of a refusal: what would have been let in, in words that the caller may read. */
  needed: z.string().max(500).optional(),
  /** Of a sum of refusals: the first of its requests. */
  furtherRequests: z.array(z.string().max(200)).max(100).optional(),
  /** More than 1: as many refusals of one caller at one route within a minute, which ended at `at`. */
  count: z.number().int().min(1),
  /** Address of the caller's connection, as the gateway saw it. Null: the call did not come through the gateway. */
  address: z.string().max(45).nullable(),
  userAgent: z.string().max(200).nullable(),
  requestId: z.string().min(1).max(200),
})

export type AuditEntry = z.infer<typeof auditEntry>
export type AuditResource = z.infer<typeof auditResource>
