import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { type Window, within } from '../series/window.ts'
import type { Metrics } from './dashboard.resource.ts'

type Tx = Kysely<Schema>

/** Approvals that stand, by day, oldest first. */
export async function findApprovals(
  tx: Tx,
  window: Window,
): Promise<{ day: string; byPerson: number; byMachine: number }[]> {
  const { rows } = await sql<{ day: string; byPerson: number; byMachine: number }>`
    select (v.at at time zone 'UTC')::date::text as day,
      count(v.person)::int as "byPerson", count(*) filter (where v.person is null)::int as "byMachine"
    from verdicts v where ${within(window, 'v', 'at')} and v.verdict = 'approved' and v.undone_at is null
    group by 1 order by 1`.execute(tx)
  return rows
}

/** People who brought a file or gave a verdict. */
export async function countUsers(tx: Tx, window: Window): Promise<number> {
  const { rows } = await sql<{ people: number }>`
    select count(*)::int as people from (
      select u.person from uploads u where ${within(window, 'u', 'at')}
      union
      select v.person from verdicts v where ${within(window, 'v', 'at')}) one
    where person is not null`.execute(tx)
  return rows[0]?.people ?? 0
}

export async function findMeanConfidence(tx: Tx, window: Window): Promise<number | null> {
  const { rows } = await sql<{ mean: number | null }>`
    select avg(r.confidence) as mean from readings r where ${within(window, 'r', 'read_at')}`.execute(tx)
  return rows[0]?.mean ?? null
}

/** Those that are still there. */
export async function findTopProjects(
  tx: Tx,
  window: Window,
  limit: number,
): Promise<Metrics['topProjects']> {
  const { rows } = await sql<Metrics['topProjects'][number]>`
    with f as (
      select u.project_id, count(*) filter (where u.kind = 'document')::int as documents,
        count(*) filter (where u.kind = 'voice')::int as recordings
      from uploads u where ${within(window, 'u', 'at')} group by 1)
    select f.project_id as "projectId", p.name, f.documents, f.recordings
    from f join projects p on p.project_id = f.project_id and p.deleted_at is null and p.sequence >= 0
    order by f.documents + f.recordings desc, f.project_id
    limit ${limit}`.execute(tx)
  return rows
}

/** With the newest title that was told; those that were deleted are shown to nobody. */
export async function findTopDocuments(
  tx: Tx,
  window: Window,
  limit: number,
): Promise<Metrics['topDocuments']> {
  const { rows } = await sql<Metrics['topDocuments'][number]>`
    with f as (
      select v.tenant_id, v.generation, v.subject_id, sum(v.corrections)::int as corrections
      from verdicts v
      where ${within(window, 'v', 'at')} and v.verdict = 'approved' and v.undone_at is null
        and v.corrections > 0 and v.subject_id is not null
      group by 1, 2, 3)
    select f.subject_id as id, u.kind, u.title, f.corrections
    from f cross join lateral (
      select u.kind, u.title from uploads u
      where u.tenant_id = f.tenant_id and u.generation = f.generation and u.subject_id = f.subject_id
      order by u.version desc limit 1) u
    where not exists (
      select from deletions d
      where d.tenant_id = f.tenant_id and d.generation = f.generation and d.subject_id = f.subject_id)
    order by f.corrections desc, f.subject_id
    limit ${limit}`.execute(tx)
  return rows
}
