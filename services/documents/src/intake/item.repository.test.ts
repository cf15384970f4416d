import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { person } from '@alta/kit/testing/person'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { itemTables } from './item.repository.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

test.each(itemTables)('searches in %s use their indexes in spite of row-level security', async (table) => {
  const projects = await Promise.all(Array.from({ length: 20 }, () => documents.project(person())))
  await documents.admin.query(
    `insert into ${table} (id, tenant_id, project_id, title, language, tags, status, recognition_id, uploaded_by)
     select gen_random_uuid(), $1, project, 'Letter ' || number, 'en', array['tag' || number],
       case when number % 20 = 0 then 'failed' else 'approved' end,
       gen_random_uuid(), gen_random_uuid()
     from unnest($2::uuid[]) as project, generate_series(1, 300) as number`,
    [DEFAULT_TENANT, projects],
  )
  await documents.admin.query(`vacuum analyze ${table}`)
  const planOf = async (condition: string) => {
    const query = sql`explain select id from ${sql.table(`${table}_listed`)} where ${sql.raw(condition)}`
    const { rows } = await documents.database.read(DEFAULT_TENANT, (tx) => query.execute(tx))
    return JSON.stringify(rows)
  }
  expect(await planOf(`search @@ '299'::tsquery`)).toContain(`${table}_search`)
  expect(await planOf(`tags @> array['tag299']`)).toContain(`${table}_tags`)
  expect(await planOf(`project_id = '${projects[0]}' and status = 'failed'`)).toContain(`${table}_project`)
  expect(await planOf(`project_id = '${projects[0]}' order by id desc limit 51`)).toContain(`${table}_newest`)
})
