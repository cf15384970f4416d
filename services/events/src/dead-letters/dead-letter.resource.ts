import { cloudEvent } from '@alta/contracts/cloud-event'
import { z } from 'zod'
import { groupStatuses, type History, letterStatuses } from './dead-letter.tables.ts'
import type { Group } from './group.repository.ts'
import type { LetterRow, LetterSummaryRow } from './message.repository.ts'

const time = z.iso.datetime()
const count = z.number().int().min(0)

export const groupResource = z.object({
  id: z.uuid(),
  app: z.string(),
  handler: z.string(),
  topic: z.string(),
  errorClass: z.string(),
  message: z.string().describe('Of the latest failure'),
  stack: z.string().describe('What the failures have in common: without lines, ids and places'),
  status: z.enum(groupStatuses),
  owner: z.uuid().nullable().describe('User who looks after it'),
  note: z.string(),
  count: count.describe('Messages'),
  matching: count.describe('Messages that fit the filter'),
  open: count,
  retrying: count,
  resolved: count,
  discarded: count,
  firstSeenAt: time,
  lastSeenAt: time,
  lastRetriedAt: time.nullable(),
  resolvedAt: time.nullable(),
  cameBack: z.boolean().describe('Something has failed here after the group had been resolved'),
  cameBackAt: time.nullable(),
  version: z.number().int(),
})

export const messageResource = z.object({
  id: z.uuid(),
  groupId: z.uuid(),
  kind: z.enum(['failed', 'rejected', 'undelivered']),
  app: z.string(),
  handler: z.string(),
  topic: z.string(),
  source: z.string().nullable(),
  messageId: z.string().nullable(),
  subject: z.string().nullable(),
  correlationId: z.string().nullable(),
  errorClass: z.string(),
  message: z.string(),
  attempts: count.describe('Of the handler, copies included'),
  retries: count.describe('Copies that were sent'),
  status: z.enum(letterStatuses),
  edited: z.boolean(),
  firstFailedAt: time,
  lastFailedAt: time,
  lastRetriedAt: time.nullable(),
  resolvedAt: time.nullable(),
  discardedAt: time.nullable(),
  purgeAt: time.nullable().describe('When it is forgotten for good'),
})

const faults = z.array(z.object({ path: z.string(), message: z.string() }))

export const messageDetailResource = messageResource.extend({
  event: z.unknown().describe('As it is retried; null when what was delivered is no event'),
  originalEvent: z.unknown().describe('As it failed, when it was edited since'),
  body: z.string().nullable().describe('What was delivered, when it is no event'),
  faults: faults.describe('What breaks the contract today; empty for an event that fits'),
  validSample: cloudEvent.nullable().describe('An event of this topic as its contract wants it'),
  stack: z.string(),
  history: z.array(z.object({ at: z.string(), errorClass: z.string(), message: z.string() })),
  retried: z
    .array(
      z.object({
        taskId: z.uuid(),
        step: z.number().int().nullable(),
        replayId: z.uuid().nullable(),
        outcome: z.enum(['selected', 'waiting', 'resolved', 'failed', 'skipped']),
        sentAt: time.nullable(),
        endedAt: time.nullable(),
      }),
    )
    .describe('What became of each copy'),
  links: z.object({ group: z.string(), correlation: z.string().nullable() }),
})

export const presentGroup = (group: Group): z.input<typeof groupResource> => ({
  ...group,
  firstSeenAt: group.firstSeenAt.toISOString(),
  lastSeenAt: group.lastSeenAt.toISOString(),
  lastRetriedAt: iso(group.lastRetriedAt),
  resolvedAt: iso(group.resolvedAt),
  cameBack: group.cameBackAt !== null && group.status !== 'resolved',
  cameBackAt: iso(group.cameBackAt),
})

export const presentMessage = (row: LetterSummaryRow): z.input<typeof messageResource> => ({
  id: row.id,
  groupId: row.group_id,
  kind: row.kind,
  app: row.app,
  handler: row.handler,
  topic: row.topic,
  source: row.source,
  messageId: row.message_id,
  subject: row.subject,
  correlationId: row.correlation_id,
  errorClass: row.error_class,
  message: row.message,
  attempts: row.attempts,
  retries: row.retries,
  status: row.status,
  edited: row.edited_at !== null,
  firstFailedAt: row.first_failed_at.toISOString(),
  lastFailedAt: row.last_failed_at.toISOString(),
  lastRetriedAt: iso(row.last_retried_at),
  resolvedAt: iso(row.resolved_at),
  discardedAt: iso(row.discarded_at),
  purgeAt: iso(row.purge_at),
})

export const presentDetail = (
  row: LetterRow,
  more: Pick<z.input<typeof messageDetailResource>, 'faults' | 'validSample' | 'retried'>,
): z.input<typeof messageDetailResource> => ({
  ...presentMessage(row),
  event: row.event === null ? null : JSON.parse(row.event),
  originalEvent: row.original_event === null ? null : JSON.parse(row.original_event),
  body: row.body,
  stack: row.stack,
  history: row.history satisfies History,
  ...more,
  links: {
    group: `/api/v1/dead-letters/${row.group_id}`,
    correlation:
      row.correlation_id === null
        ? null
        : `/api/v1/events?correlationId=${encodeURIComponent(row.correlation_id)}`,
  },
})

export const iso = (date: Date | null): string | null => date?.toISOString() ?? null
