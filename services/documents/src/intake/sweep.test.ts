import { buffer } from 'node:stream/consumers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { kinds } from '../kinds.ts'
import { uploadedItem } from './handlers.fixture.ts'
import { purgeDeleted, sweepFiles } from './sweep.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

const owner = person()
const bytesOf = async (sha256: string) => buffer(await documents.files.open(sha256))
const makeOld = () => documents.age(25)
const sweep = () => sweepFiles(documents.database, documents.files, 24)

test('the sweep removes what was uploaded and is named by nothing, and nothing else', async () => {
  const item = await uploadedItem(documents, owner, 'document')
  const result = await item.result('Dear Ann')
  const { sha256 } = (await item.get()).body
  const refused = pdf()
  const project = await documents.project(owner)
  const answer = await documents.upload(owner, `/projects/${project}/documents`, refused, {
    fields: { title: ' ' },
  })
  expect(answer.status).toBe(400)
  const { rows } = await documents.admin.query('select sha256 from files')
  expect(rows).toHaveLength(1)
  const orphan: string = rows[0].sha256
  const again = await documents.upload(owner, `/projects/${item.projectId}/documents`, await bytesOf(sha256))
  expect(again.status).toBe(409)
  expect(await documents.files.stat(orphan)).toBeDefined()

  expect(await sweep()).toBe(0)
  await makeOld()
  expect(await sweep()).toBe(1)
  expect(await documents.files.stat(orphan)).toBeUndefined()
  expect(await documents.files.stat(sha256)).toBeDefined()
  expect(await documents.files.stat(result.sha256)).toBeDefined()
})

test('an upload that meets the sweep of the same bytes is refused or safe, never lost', async () => {
  const project = await documents.project(owner)
  const path = `/projects/${project}/documents`
  for (let round = 0; round < 20; round++) {
    const bytes = pdf()
    await documents.upload(owner, path, bytes, { fields: { title: ' ' } })
    await makeOld()
    const [answer] = await Promise.all([documents.upload(owner, path, bytes), sweep()])
    if (answer.status === 201) expect(await documents.files.stat(answer.body.sha256)).toBeDefined()
    else expect([answer.status, answer.body.code]).toEqual([503, 'file_swept'])
  }
})

test('what was deleted long ago is removed for good, with its file at the next sweep', async () => {
  const item = await uploadedItem(documents, owner, 'voice')
  await item.completed(await item.result('Good morning'))
  const { sha256 } = (await item.get()).body
  const kept = await uploadedItem(documents, owner, 'voice')
  await documents.call(owner, 'DELETE', `/projects/${item.projectId}`)
  await purgeDeleted(documents.database, kinds, 30)
  const count = async () => {
    const { rows } = await documents.admin.query(
      `select (select count(*)::int from projects where id = $1) + (select count(*)::int from versions where item_id = $2)
         + (select count(*)::int from recognitions where item_id = $2) + (select count(*)::int from history where item_id = $2)
         + (select count(*)::int from segments where recognition_id = $3) as rows`,
      [item.projectId, item.id, item.recognitionId],
    )
    return rows[0].rows
  }
  expect(await count()).toBeGreaterThan(4)

  await documents.admin.query(
    `update projects set deleted_at = deleted_at - interval '31 days' where id = $1`,
    [item.projectId],
  )
  await documents.admin.query(
    `update voice_samples set deleted_at = deleted_at - interval '31 days' where id = $1`,
    [item.id],
  )
  await purgeDeleted(documents.database, kinds, 30)
  expect(await count()).toBe(0)
  await makeOld()
  await sweep()
  expect(await documents.files.stat(sha256)).toBeUndefined()
  expect((await kept.get()).status).toBe(200)
})

test('every table with people’s data is behind row-level security', async () => {
  const { rows } = await documents.admin.query(
    `select relname from pg_class where relnamespace = 'documents'::regnamespace and relkind = 'r'
       and not (relrowsecurity and relforcerowsecurity)
       and relname not like '%migrations%'
       and relname not in ('outbox_events', 'inbox_messages', 'idempotency_keys', 'paused_handlers', 'replicas', 'files')`,
  )
  expect(rows).toEqual([])
})
