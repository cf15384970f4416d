import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { person } from '@alta/kit/testing/person'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Schema } from '../database/schema.ts'
import { startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { listProjects, projectIdsOf } from './project.repository.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

test('finding one’s projects reads one’s own memberships, not everybody’s', async () => {
  const { userId } = person()
  const project = await documents.project(person())
  await documents.admin.query(
    `with others as (
       insert into projects (id, tenant_id, name, language, minimum_confidence, minimum_word_confidence,
         second_reviewer, created_by)
       select gen_random_uuid(), tenant_id, name, language, minimum_confidence, minimum_word_confidence,
         second_reviewer, created_by
       from projects, generate_series(1, 5000) where id = $1
       returning id, tenant_id)
     insert into project_members (project_id, user_id, tenant_id, role)
     select id, gen_random_uuid(), tenant_id, 'viewer' from others`,
    [project],
  )
  await documents.admin.query(
    `insert into project_members (project_id, user_id, tenant_id, role) values ($1, $2, $3, 'viewer')`,
    [project, userId, DEFAULT_TENANT],
  )
  await documents.admin.query('vacuum analyze projects, project_members')

  // Of this connection so far: earlier transactions may be counted in, so what counts is the difference.
  const counted = async (tx: Kysely<Schema>) => {
    const { rows } = await sql<{ count: string }>`
      select seq_tup_read as count from pg_stat_xact_user_tables where relname = 'project_members'`.execute(
      tx,
    )
    return Number(rows[0]?.count)
  }
  const readRowByRow = (find: (tx: Kysely<Schema>) => Promise<readonly unknown[]>) =>
    documents.database.read(DEFAULT_TENANT, async (tx) => {
      const before = await counted(tx)
      expect(await find(tx)).toHaveLength(1)
      return (await counted(tx)) - before
    })
  const mine = { tenantId: DEFAULT_TENANT, userId, all: false, after: undefined, limit: 50 }
  // That the counter counts: without the condition on the tenant everybody's are read. In a small table the planner may
  // go through the whole index instead, which is no better and is not counted.
  const unnamed = sql`select project_id from project_members where user_id = ${userId}`
  const everybodys = async (tx: Kysely<Schema>) => {
    await sql`set local enable_indexscan = off`.execute(tx)
    await sql`set local enable_indexonlyscan = off`.execute(tx)
    await sql`set local enable_bitmapscan = off`.execute(tx)
    return (await unnamed.execute(tx)).rows
  }
  expect(await readRowByRow(everybodys)).toBeGreaterThan(5_000)
  expect(await readRowByRow((tx) => projectIdsOf(tx, DEFAULT_TENANT, userId))).toBe(0)
  expect(await readRowByRow((tx) => listProjects(tx, mine))).toBe(0)
})
