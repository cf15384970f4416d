import type { AuditEntry } from '@alta/contracts/resources/audit'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { EventsSchema } from '../database/schema.ts'
import { append, head } from './audit.repository.ts'
import { nextLink } from './chain.ts'
import { noteRefusedRequests } from './decision.repository.ts'

/**
 * Appends one entry to the chain. Writers take turns at its head, so there is one chain and no fork; the order is the
 * order of arrival, and `at` says when it happened.
 */
export async function recordEntry(
  entry: AuditEntry,
  { tx, message }: HandlerScope<EventsSchema>,
): Promise<void> {
  const { tenantId, source } = message
  const end = await head(tx, { lock: true })
  const link = nextLink(end, { ...entry, tenantId, service: source.replace(/^\//, '') })
  const added = await append(tx, link)
  if (added) await noteRefusedRequests(tx, { tenantId, sequence: link.sequence }, entry.furtherRequests ?? [])
}
