import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments, wav } from '../documents.fixture.ts'
import { uploadedItem } from './handlers.fixture.ts'

let documents: TestDocuments
let project: string
const ids: Record<string, string> = {}
beforeAll(async () => {
  documents = await startDocuments()
  project = await documents.project(owner)
  for (const [title, size] of [
    ['banana', 30],
    ['Apple', 10],
    ['cherry', 20],
  ] as const) {
    const { body } = await documents.upload(owner, `/projects/${project}/documents`, pdf('x'.repeat(size)), {
      fields: { title },
    })
    ids[title] = body.id
  }
  const { body } = await documents.upload(owner, `/projects/${project}/voice-samples`, wav(), {
    fields: { title: 'Ånna' },
    name: 'a.wav',
  })
  ids.voice = body.id
})
afterAll(() => documents.close())

const owner = person()

const titles = async (query: string, list = `/projects/${project}/items`) => {
  const { body } = await documents.get(owner, `${list}?${query}`)
  return body.items.map(({ title }: { title: string }) => title)
}

test('documents and recordings stand in one list, newest first', async () => {
  expect(await titles('')).toEqual(['Ånna', 'cherry', 'Apple', 'banana'])
  expect(await titles('kind=voice')).toEqual(['Ånna'])
  expect(await titles('sort=createdAt&kind=document')).toEqual(['banana', 'Apple', 'cherry'])
  const { body } = await documents.get(owner, `/projects/${project}/items`)
  expect(body.items.map(({ kind }: { kind: string }) => kind)).toEqual([
    'voice',
    'document',
    'document',
    'document',
  ])
})

test.each([
  ['title', ['Ånna', 'Apple', 'banana', 'cherry']],
  ['-title', ['cherry', 'banana', 'Apple', 'Ånna']],
  ['size', ['Apple', 'cherry', 'banana', 'Ånna']],
])('sorted by %s every page goes on where the one before ended', async (sort, expected) => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body } = await documents.get(owner, `/projects/${project}/items?limit=1&sort=${sort}${more}`)
    seen.push(...body.items.map(({ title }: { title: string }) => title))
    cursor = body.nextCursor
  }
  expect(seen).toEqual(expected)
})

test('a page may end with the longest title there is', async () => {
  const own = await documents.project(owner)
  for (const letter of ['文', '書'])
    await documents.upload(owner, `/projects/${own}/documents`, pdf(), {
      fields: { title: letter.repeat(300) },
    })
  const path = `/projects/${own}/items?limit=1&sort=title`
  const { body } = await documents.get(owner, path)
  expect((await documents.get(owner, `${path}&cursor=${body.nextCursor}`)).body.items).toHaveLength(1)
})

test('the least sure come first, and what was not read yet last', async () => {
  const read = await uploadedItem(documents, owner, 'document')
  await read.completed(await read.result('Dear Ann', 0.4))
  await documents.upload(owner, `/projects/${read.projectId}/documents`, pdf(), { fields: { title: 'New' } })
  expect(await titles('sort=confidence', `/projects/${read.projectId}/items`)).toEqual(['To Ann', 'New'])
})

test('a new version counts with its own size', async () => {
  const own = await documents.project(owner)
  const [small, large] = [pdf('x'), pdf('y'.repeat(50))]
  const first = await documents.upload(owner, `/projects/${own}/documents`, small, { fields: { title: 'a' } })
  await documents.upload(owner, `/projects/${own}/documents`, pdf('z'.repeat(9)), { fields: { title: 'b' } })
  expect(await titles('sort=size', `/projects/${own}/items`)).toEqual(['a', 'b'])
  await documents.upload(owner, `/documents/${first.body.id}/versions`, large)
  expect(await titles('sort=size', `/projects/${own}/items`)).toEqual(['b', 'a'])
})

test('a cursor of another order is refused', async () => {
  const { body } = await documents.get(owner, `/projects/${project}/items?limit=1&sort=title`)
  for (const sort of ['size', '-title', 'createdAt']) {
    const path = `/projects/${project}/items?sort=${sort}&cursor=${body.nextCursor}`
    expect((await documents.get(owner, path)).body.code).toBe('invalid_cursor')
  }
})

test.each([
  ['title', 'a\0b'],
  ['confidence', 'high'],
  ['size', '1e3'],
  ['size', 0.5],
])('a cursor of the order %s whose value is none of it is refused: %j', async (sort, value) => {
  const cursor = Buffer.from(JSON.stringify([sort, value, randomUUIDv7()])).toString('base64url')
  const { status, body } = await documents.get(owner, `/documents?sort=${sort}&cursor=${cursor}`)
  expect([status, body.code]).toEqual([400, 'invalid_cursor'])
})

test('a list is narrowed down by several states, by person and by time', async () => {
  expect(await titles('status=uploaded&status=failed')).toHaveLength(4)
  expect(await titles('status=approved&status=failed')).toEqual([])
  expect(await titles(`uploadedBy=${owner.userId}`)).toHaveLength(4)
  expect(await titles(`uploadedBy=${randomUUIDv7()}`)).toEqual([])
  const { body } = await documents.get(owner, `/documents/${ids.Apple}`)
  expect(await titles(`from=${body.createdAt}&kind=document`)).toEqual(['cherry', 'Apple'])
  expect(await titles(`to=${body.createdAt}&kind=document`)).toEqual(['banana'])
  expect(await titles('to=1969-01-01T00:00:00Z')).toEqual([])
})

test('how many match is told to whoever asks', async () => {
  const ask = async (query: string) =>
    (await documents.get(owner, `/projects/${project}/items?${query}`)).body.total
  expect(await ask('')).toBeNull()
  expect(await ask('total=true&limit=1')).toBe(4)
  expect(await ask('total=true&kind=document&q=app')).toBe(1)
})

test('what has failed says why in words, and is found by its cause', async () => {
  const broken = await uploadedItem(documents, owner, 'document')
  await broken.failed('unreadable_file')
  const away = await documents.upload(owner, `/projects/${broken.projectId}/documents`, pdf())
  expect((await broken.get()).body.failure).toEqual({
    code: 'unreadable_file',
    cause: 'permanent',
    message: expect.stringMatching(/damaged/),
    action: expect.stringMatching(/new version/),
    detail: 'Why it failed.',
  })
  const list = `/projects/${broken.projectId}/items`
  expect(await titles('failureCause=permanent', list)).toEqual(['To Ann'])
  expect(await titles('failureCode=unreadable_file', list)).toEqual(['To Ann'])
  expect(await titles('failureCause=temporary', list)).toEqual([])
  expect(away.body.failure).toBeNull()
})

test.each(['status=gone', 'sort=colour', 'from=yesterday', 'trashed=maybe', 'failureCause=odd', 'kind=film'])(
  'a list refuses ?%s',
  async (query) => {
    expect((await documents.get(owner, `/projects/${project}/items?${query}`)).body.code).toBe(
      'validation_failed',
    )
  },
)

test('strangers see no list', async () => {
  const answer = await documents.get(person(), `/projects/${project}/items`)
  expect([answer.status, answer.body.code]).toEqual([404, 'project_not_found'])
})
