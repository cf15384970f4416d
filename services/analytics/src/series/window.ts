import type { Principal } from '@alta/kit/auth/principal'
import { badRequest, notFound } from '@alta/kit/errors'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { isThere, projectsOf } from '../projects/project.repository.ts'
import { findGenerations } from '../rebuild/generation.repository.ts'

type Tx = Kysely<Schema>

const DAY = 86_400_000
/** Days that are looked at unless somebody says otherwise, today among them. */
const STANDARD_DAYS = 30
/** Three years, one of them a leap year: more would be another program's work. */
const MOST_DAYS = 1_096

/** PostgreSQL knows no year 0. */
const day = z.iso.date().refine((text) => text >= '0001', 'must be of the year 1 or later')

export const spanQuery = {
  projectId: z.uuid().optional().describe('One project; all that the caller may see unless given.'),
  from: day.optional().describe(`First day (UTC); ${STANDARD_DAYS} days up to \`to\` unless given.`),
  to: day.optional().describe('Last day (UTC); today unless given.'),
}

interface SpanQuery {
  readonly projectId?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface Span {
  readonly from: string
  readonly to: string
  /** As the users' first draft calls it, where it is the standard one. */
  readonly period: string
}

/** @throws {Problem} 400 `invalid_range`, `range_too_long` */
export function spanOf({ from, to }: SpanQuery, now: Date): Span {
  const last = to ?? now.toISOString().slice(0, 10)
  const first = from ?? dayOf(Date.parse(last) - (STANDARD_DAYS - 1) * DAY)
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1
  if (days < 1) throw badRequest('invalid_range', '`from` must not lie behind `to`.')
  if (days > MOST_DAYS) throw badRequest('range_too_long', `At most ${MOST_DAYS} days can be looked at.`)
  const standard = from === undefined && to === undefined
  return { from: first, to: last, period: standard ? `last_${STANDARD_DAYS}_days` : `${first}/${last}` }
}

/** Before the year 1 there is nothing, and PostgreSQL reads no such date. */
const dayOf = (time: number): string => {
  const text = new Date(time).toISOString()
  return text.startsWith('-') || text.startsWith('0000') ? '0001-01-01' : text.slice(0, 10)
}

/** Whose facts of which time somebody looks at. */
export interface Window extends Span {
  readonly tenantId: string
  readonly generation: number
  /** Undefined: every project of the tenant, and what belongs to none. */
  readonly projects: readonly string[] | undefined
}

/**
 * Members see the projects that they belong to, administrators and operators the whole tenant.
 * @throws {Problem} 404 `project_not_found`, the same for one that is not there and one that is not theirs
 */
export async function windowOf(
  tx: Tx,
  { tenantId, userId, permissions }: Pick<Principal, 'tenantId' | 'userId' | 'permissions'>,
  span: Span,
  projectId: string | undefined,
): Promise<Window> {
  const all = permissions.has('projects:any') || permissions.has('operations:read')
  const own = all ? undefined : await projectsOf(tx, userId)
  const wanted = projectId?.toLowerCase()
  if (wanted !== undefined && !(own?.includes(wanted) ?? (await isThere(tx, wanted)))) {
    throw notFound('project_not_found', 'There is no such project for you.')
  }
  const { active } = await findGenerations(tx, tenantId)
  const projects = wanted === undefined ? own : [wanted]
  return { ...span, tenantId, generation: active.generation, projects }
}

/** Condition on a table of facts. @param of alias of the table @param at its column that decides on the day */
export function within(window: Window, of: string, at: string): RawBuilder<unknown> {
  const column = (name: string) => sql.ref(`${of}.${name}`)
  const { tenantId, generation, from, to, projects } = window
  return sql`${column('tenant_id')} = ${tenantId} and ${column('generation')} = ${generation}
    and ${column(at)} >= ${from}::date::timestamp at time zone 'UTC'
    and ${column(at)} < (${to}::date + 1)::timestamp at time zone 'UTC'
    ${projects ? sql`and ${column('project_id')} = any (${[...projects]}::uuid[])` : sql``}`
}
