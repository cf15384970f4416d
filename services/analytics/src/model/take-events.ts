import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { followProjects } from '../projects/follow-projects.ts'
import { holdGenerations } from '../rebuild/generation.repository.ts'
import { writeFacts } from './fact.repository.ts'
import { factsOf } from './facts.ts'

/**
 * Takes events of one tenant, each of which may have come before and in any order. What happens goes into the facts
 * in use and into those that are being built; a copy of what happened earlier is for those that are being built, and
 * mends the ones in use where none are.
 */
export async function takeEvents(events: readonly CloudEvent[], tx: Kysely<Schema>): Promise<void> {
  const tenantId = events[0]?.tenantid
  if (tenantId === undefined) return
  await followProjects(tx, tenantId, events)
  const news = events.filter(({ replayid }) => replayid === undefined).flatMap(factsOf)
  const copies = events.filter(({ replayid }) => replayid !== undefined).flatMap(factsOf)
  if (news.length + copies.length === 0) return
  const { active, building } = await holdGenerations(tx, tenantId)
  await writeFacts(tx, tenantId, building === undefined ? [active] : [active, building], news)
  await writeFacts(tx, tenantId, [building ?? active], copies)
}
