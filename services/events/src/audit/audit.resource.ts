import { isStorable } from '@alta/kit/storage/storable'
import { z } from 'zod'
import { anchor } from './anchor.ts'
import { chainedEntry, faultKinds } from './chain.ts'

const hash = z.string().meta({ description: 'SHA-256 of the canonical form (RFC 8785) of the rest.' })

export const auditEntryResource = chainedEntry.extend({ hash }).meta({ id: 'AuditEntry' })

const link = z.object({ sequence: z.number().int(), hash: z.string() })

export const auditVerdict = z
  .object({
    ok: z.boolean(),
    verifiedAt: z.iso.datetime(),
    entries: z.number().int(),
    head: link,
    anchors: z.object({
      count: z.number().int(),
      newest: z.object({ sequence: z.number().int(), at: z.iso.datetime() }).nullable(),
    }),
    unanchored: z.number().int().meta({ description: 'Entries after the newest anchor.' }),
    firstBadSequence: z.number().int().nullable(),
    faults: z.array(z.object({ kind: z.enum(faultKinds), sequence: z.number().int(), detail: z.string() })),
    milliseconds: z.number().int(),
  })
  .meta({ id: 'AuditVerdict' })

export const auditAnchors = z.object({
  items: z.array(z.object({ name: z.string(), anchor: anchor.nullable() })),
})

export const auditKeys = z.object({
  keys: z.array(
    z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() }),
  ),
})

/** A word to be looked for. */
const word = (longest: number) =>
  z.string().max(longest).refine(isStorable, 'holds characters that no entry can have')

export const auditFilterQuery = {
  actor: z.uuid().optional().meta({ description: 'Id of the user who did it.' }),
  action: word(300).optional().meta({ description: 'Whole, as `POST /api/v1/projects`.' }),
  resource: word(200).optional().meta({ description: 'Id of what it was done to.' }),
  outcome: z.enum(['allowed', 'denied']).optional(),
  requestId: word(200).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Excluded.' }),
}
