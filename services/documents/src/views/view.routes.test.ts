import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDocuments, type TestDocuments } from '../documents.fixture.ts'

let documents: TestDocuments
let path: string
beforeAll(async () => {
  documents = await startDocuments()
  const project = await documents.project(owner)
  path = `/projects/${project}/views`
  for (const [who, role] of [[reviewer, 'reviewer'] as const, [viewer, 'viewer'] as const])
    await documents.call(owner, 'PUT', `/projects/${project}/members/${who.userId}`, { role })
})
afterAll(() => documents.close())

const owner = person()
const reviewer = person()
const viewer = person()
const save = (who = viewer, more = {}) => documents.call(who, 'POST', path, { name: 'Mine', ...more })
const namesFor = async (who = viewer) =>
  (await documents.get(who, path)).body.items.map(({ name }: { name: string }) => name)

test('a view is kept as it was saved, and is one’s own', async () => {
  const wanted = {
    name: 'Failed letters',
    filter: { status: ['failed'], failureCause: 'temporary', tag: 'letters' },
    sort: 'confidence',
    columns: ['title', 'status'],
    layout: 'grid',
  }
  const { status, body } = await documents.call(viewer, 'POST', path, wanted)
  expect([status, body]).toMatchObject([201, { ...wanted, shared: false, createdBy: viewer.userId }])
  expect(await namesFor(viewer)).toEqual(['Failed letters'])
  expect(await namesFor(owner)).toEqual([])
  const hidden = await documents.call(owner, 'PATCH', `${path}/${body.id}`, { name: 'x' })
  expect([hidden.status, hidden.body.code]).toEqual([404, 'view_not_found'])
  const plain = await save(reviewer)
  expect(plain.body).toMatchObject({ filter: {}, sort: '-createdAt', columns: [], layout: 'list' })
})

test('a shared view is seen by everybody, changed by whoever saved it and by owners', async () => {
  expect((await save(viewer, { shared: true })).status).toBe(403)
  const { body } = await save(reviewer, { name: 'Everybody’s', shared: true })
  expect(await namesFor(viewer)).toContain('Everybody’s')
  const one = `${path}/${body.id}`
  expect((await documents.call(viewer, 'PATCH', one, { name: 'x' })).status).toBe(403)
  expect((await documents.call(viewer, 'DELETE', one)).status).toBe(403)
  const stale = { 'if-match': '"9"' }
  expect((await documents.call(owner, 'PATCH', one, { name: 'x' }, stale)).status).toBe(412)
  const changed = await documents.call(owner, 'PATCH', one, { filter: { q: 'Ann' }, layout: 'grid' })
  expect(changed.body).toMatchObject({
    name: 'Everybody’s',
    filter: { q: 'Ann' },
    layout: 'grid',
    shared: true,
  })
  expect((await documents.call(owner, 'DELETE', one)).status).toBe(204)
  expect(await namesFor(viewer)).not.toContain('Everybody’s')
})

test('whoever may share no longer changes no view that everybody sees, but may take it back', async () => {
  const former = person()
  const member = `${path.replace(/views$/, 'members')}/${former.userId}`
  await documents.call(owner, 'PUT', member, { role: 'reviewer' })
  const { body } = await save(former, { name: 'Of a reviewer', shared: true })
  await documents.call(owner, 'PUT', member, { role: 'viewer' })
  const one = `${path}/${body.id}`
  expect((await documents.call(former, 'PATCH', one, { name: 'x', filter: { q: 'x' } })).status).toBe(403)
  expect(await namesFor(viewer)).toContain('Of a reviewer')
  expect((await documents.call(former, 'PATCH', one, { shared: false })).status).toBe(200)
  expect((await documents.call(former, 'PATCH', one, { name: 'x' })).status).toBe(200)
})

test('nobody saves more views than they can oversee', async () => {
  const collector = person()
  const project = await documents.project(collector)
  const own = `/projects/${project}/views`
  await documents.admin.query(
    `insert into saved_views (id, tenant_id, project_id, created_by, shared, name, filter, sort, columns, layout)
     select gen_random_uuid(), tenant_id, id, created_by, false, 'n', '{}', 'title', '{}', 'list'
     from projects, generate_series(1, 50) where id = $1`,
    [project],
  )
  const refused = await documents.call(collector, 'POST', own, { name: 'One more' })
  expect([refused.status, refused.body.code]).toEqual([409, 'too_many_views'])
})

test.each([{ name: '' }, { name: 'x', sort: 'colour' }, { name: 'x', filter: { colour: 'red' } }, {}])(
  'a view that makes no sense is refused: %j',
  async (body) => {
    expect((await documents.call(owner, 'POST', path, body)).body.code).toBe('validation_failed')
  },
)

test('strangers see none', async () => {
  expect((await documents.get(person(), path)).body.code).toBe('project_not_found')
})
