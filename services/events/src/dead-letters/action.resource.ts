import { z } from 'zod'
import { iso } from './dead-letter.resource.ts'
import { discardDetails, editDetails } from './dead-letter.tasks.ts'
import type { DryRun } from './dry-run.ts'
import type { Proposal } from './proposal.repository.ts'
import { selection } from './selection.ts'

const count = z.number().int().min(0)
const time = z.iso.datetime()

export const dryRunResource = z.object({
  summary: z
    .string()
    .describe('As `1,240 match, 1,225 can be retried, 3 no longer valid (schema), 12 already handled`'),
  matching: count,
  retriable: count.describe('What a retry, started now, would send'),
  invalid: count.describe('Would not be taken: they break today’s contract, or the patch does not fit them'),
  alreadyHandled: count,
  discarded: count,
  underWay: count.describe('Copies of these have not been answered yet'),
  invalidMessages: z.array(
    z.object({ id: z.uuid(), faults: z.array(z.object({ path: z.string(), message: z.string() })) }),
  ),
  edits: z
    .array(
      z.object({
        id: z.uuid(),
        changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
      }),
    )
    .describe('What a patch changes in the first messages'),
})

export const proposalResource = z.object({
  id: z.uuid(),
  action: z.enum(['edit', 'discard']),
  summary: z.string(),
  status: z.enum(['proposed', 'approved', 'rejected', 'expired']),
  selection,
  patch: z.unknown().describe('Of an edit'),
  days: z.number().int().nullable().describe('Of a discard: how long the messages are kept'),
  proposedBy: z.uuid(),
  proposedAt: time,
  expiresAt: time,
  decidedBy: z.uuid().nullable(),
  decidedAt: time.nullable(),
  taskId: z.uuid().nullable().describe('The task that carries it out, once it is approved'),
})

export const acceptedResource = z.object({
  taskId: z.uuid().nullable(),
  proposal: proposalResource.nullable().describe('When a second person has to agree first'),
  summary: z.string(),
})

export const presentDryRun = (found: DryRun): z.input<typeof dryRunResource> => ({
  ...found,
  edits: found.edits.map(({ id, changes }) => ({
    id,
    changes: changes.map(({ path, before, after }) => ({ path, before, after })),
  })),
})

export const presentProposal = (row: Proposal): z.input<typeof proposalResource> => ({
  id: row.id,
  action: row.action,
  summary: row.summary,
  status: row.expired ? 'expired' : row.status,
  selection: selection.parse(row.selection),
  patch: row.action === 'edit' ? editDetails.parse(row.details).patch : null,
  days: row.action === 'discard' ? discardDetails.parse(row.details).days : null,
  proposedBy: row.proposed_by,
  proposedAt: row.proposed_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  decidedBy: row.decided_by,
  decidedAt: iso(row.decided_at),
  taskId: row.status === 'approved' ? row.task_id : null,
})
