import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments } from '../documents.fixture.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

const owner = person()
const stranger = person()
const otherTenant = person({ tenantId: randomUUIDv7() })

describe('POST /api/v1/projects', () => {
  test('creates a project that its creator owns, and says so to the others', async () => {
    const answer = await documents.call(owner, 'POST', '/projects', {
      name: ' Letters 1943 ',
      language: 'fr',
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.headers.get('location')).toBe(`/api/v1/projects/${answer.body.id}`)
    expect(answer.body).toMatchObject({
      name: 'Letters 1943',
      description: '',
      language: 'fr',
      review: { minimumConfidence: 0.9, minimumWordConfidence: 0.6, secondReviewer: false },
      role: 'owner',
      version: 1,
    })
    const created = (await documents.emitted(projectCreated)).find(
      (data) => data.projectId === answer.body.id,
    )
    expect(created).toMatchObject({ ownerId: owner.userId, language: 'fr' })
  })

  test('creates one project when the request is repeated with its Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await documents.call(owner, 'POST', '/projects', { name: 'Once' }, headers)
    const again = await documents.call(owner, 'POST', '/projects', { name: 'Once' }, headers)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body.id).toBe(first.body.id)
  })

  test.each([
    ['no name', {}, 'body.name'],
    ['an empty name', { name: '  ' }, 'body.name'],
    ['a name with NUL', { name: 'a\0b' }, 'body.name'],
    ['a language that is no code', { name: 'a', language: 'english' }, 'body.language'],
    ['a threshold over 1', { name: 'a', review: { minimumConfidence: 2 } }, 'body.review.minimumConfidence'],
    ['a field that nobody knows', { name: 'a', tenantId: randomUUIDv7() }, 'body'],
  ])('refuses %s', async (_what, body, path) => {
    const answer = await documents.call(owner, 'POST', '/projects', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ path }] })
  })

  test('needs a token', async () => {
    expect((await documents.call(undefined, 'POST', '/projects', { name: 'a' })).status).toBe(401)
  })
})

describe('a project', () => {
  test('is seen by its members and by administrators, and by nobody else', async () => {
    const id = await documents.project(owner)
    expect((await documents.get(owner, `/projects/${id}`)).body).toMatchObject({ id, role: 'owner' })
    const admin = await documents.get(person({ roles: ['admin'] }), `/projects/${id}`)
    expect(admin.body).toMatchObject({ id, role: 'owner' })
    const reviewer = await documents.get(person({ roles: ['reviewer'] }), `/projects/${id}`)
    expect(reviewer.body).toMatchObject({ id, role: 'reviewer' })

    const unknown = await documents.get(owner, `/projects/${randomUUIDv7()}`)
    expect([unknown.status, unknown.body.code]).toEqual([404, 'project_not_found'])
    for (const who of [stranger, otherTenant, person({ roles: ['admin'], tenantId: randomUUIDv7() })]) {
      const { status, body } = await documents.get(who, `/projects/${id}`)
      expect([status, body.code, body.detail]).toEqual([404, 'project_not_found', unknown.body.detail])
    }
  })

  test('is listed newest first, page by page', async () => {
    const lister = person()
    const ids = []
    for (const name of ['a', 'b', 'c']) ids.unshift(await documents.project(lister, { name }))
    const first = await documents.get(lister, '/projects?limit=2')
    const second = await documents.get(lister, `/projects?limit=2&cursor=${first.body.nextCursor}`)
    const shown = [first, second].flatMap(({ body }) => body.items as { id: string }[]).map(({ id }) => id)
    expect(shown).toEqual(ids)
    expect(second.body.nextCursor).toBeNull()
    expect((await documents.get(lister, '/projects?cursor=nonsense')).body.code).toBe('invalid_cursor')
    expect((await documents.get(stranger, '/projects')).body.items).toEqual([])
  })

  test('changes where it is told to, and only on top of what the caller has seen', async () => {
    const id = await documents.project(owner, { description: 'Old' })
    const change = { name: 'New', review: { secondReviewer: true } }
    const changed = await documents.call(owner, 'PATCH', `/projects/${id}`, change, { 'if-match': '"1"' })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ name: 'New', description: 'Old', version: 2 })
    expect(changed.body.review).toEqual({
      minimumConfidence: 0.9,
      minimumWordConfidence: 0.6,
      secondReviewer: true,
    })
    const [event] = (await documents.emitted(projectUpdated)).filter((data) => data.projectId === id)
    expect(event).toMatchObject({ name: 'New', review: { secondReviewer: true } })

    const stale = await documents.call(owner, 'PATCH', `/projects/${id}`, change, { 'if-match': '"1"' })
    expect([stale.status, stale.body.code, stale.headers.get('etag')]).toEqual([
      412,
      'precondition_failed',
      '"2"',
    ])
  })

  test('is changed and deleted by owners only', async () => {
    const id = await documents.project(owner)
    const reviewer = person()
    await documents.call(owner, 'PUT', `/projects/${id}/members/${reviewer.userId}`, { role: 'reviewer' })
    for (const method of ['PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'x' } : undefined
      const refused = await documents.call(reviewer, method, `/projects/${id}`, body)
      expect([refused.status, refused.body.code]).toEqual([403, 'project_role_required'])
      expect((await documents.call(stranger, method, `/projects/${id}`, body)).status).toBe(404)
    }
  })

  test('takes everything in it along when it is deleted', async () => {
    const id = await documents.project(owner)
    const { body } = await documents.upload(owner, `/projects/${id}/documents`, pdf())
    expect((await documents.call(owner, 'DELETE', `/projects/${id}`)).status).toBe(204)
    expect((await documents.get(owner, `/projects/${id}`)).status).toBe(404)
    expect((await documents.get(owner, `/documents/${body.id}`)).status).toBe(404)
    expect((await documents.call(owner, 'DELETE', `/projects/${id}`)).status).toBe(404)
    expect((await documents.emitted(projectDeleted)).filter((data) => data.projectId === id)).toHaveLength(1)
  })
})

describe('members of a project', () => {
  test('are added, given another role and removed by owners', async () => {
    const id = await documents.project(owner)
    const friend = person()
    const path = `/projects/${id}/members/${friend.userId}`
    const added = await documents.call(owner, 'PUT', path, { role: 'viewer' })
    expect([added.status, added.body.role]).toEqual([200, 'viewer'])
    await documents.call(owner, 'PUT', path, { role: 'viewer' })
    await documents.call(
      owner,
      'PUT',
      path.toUpperCase().replace('/PROJECTS', '/projects').replace('MEMBERS', 'members'),
      {
        role: 'reviewer',
      },
    )
    const { body } = await documents.get(friend, `/projects/${id}/members`)
    expect(body.items).toMatchObject([
      { userId: owner.userId, role: 'owner' },
      { userId: friend.userId, role: 'reviewer' },
    ])
    const added2 = (await documents.emitted(projectMemberAdded)).filter((data) => data.projectId === id)
    expect(added2.map(({ role }) => role)).toEqual(['viewer', 'reviewer'])

    expect((await documents.call(friend, 'DELETE', `/projects/${id}/members/${owner.userId}`)).status).toBe(
      403,
    )
    expect((await documents.call(friend, 'PUT', path, { role: 'owner' })).status).toBe(403)
    expect((await documents.call(owner, 'DELETE', path)).status).toBe(204)
    expect((await documents.call(owner, 'DELETE', path)).body.code).toBe('member_not_found')
    expect(
      (await documents.emitted(projectMemberRemoved)).filter((data) => data.projectId === id),
    ).toHaveLength(1)
    expect((await documents.get(friend, `/projects/${id}`)).status).toBe(404)
  })

  test('may leave, but the last owner may not', async () => {
    const id = await documents.project(owner)
    const second = person()
    const own = `/projects/${id}/members/${owner.userId}`
    expect((await documents.call(owner, 'DELETE', own)).body.code).toBe('last_owner')
    const demoted = await documents.call(owner, 'PUT', own, { role: 'viewer' })
    expect([demoted.status, demoted.body.code]).toEqual([409, 'last_owner'])

    await documents.call(owner, 'PUT', `/projects/${id}/members/${second.userId}`, { role: 'owner' })
    const left = await Promise.all([
      documents.call(owner, 'DELETE', own),
      documents.call(second, 'DELETE', `/projects/${id}/members/${second.userId}`),
    ])
    expect(left.map(({ status }) => status).sort()).toEqual([204, 409])
  })

  test('are no more than can be listed', async () => {
    const id = await documents.project(owner)
    await documents.admin.query(
      `insert into project_members (project_id, user_id, tenant_id, role)
       select id, gen_random_uuid(), tenant_id, 'viewer' from projects, generate_series(1, 4999) where id = $1`,
      [id],
    )
    const put = (userId: string, role: string) =>
      documents.call(owner, 'PUT', `/projects/${id}/members/${userId}`, { role })
    const one = (await documents.get(owner, `/projects/${id}/members`)).body.items.at(-1)
    const more = await put(randomUUIDv7(), 'viewer')
    expect([more.status, more.body.code]).toEqual([409, 'too_many_members'])
    expect((await put(one.userId, 'reviewer')).status).toBe(200)
  })

  test('are nobody else’s business', async () => {
    const id = await documents.project(owner)
    expect((await documents.get(stranger, `/projects/${id}/members`)).status).toBe(404)
    const bad = await documents.call(owner, 'PUT', `/projects/${id}/members/${stranger.userId}`, {
      role: 'king',
    })
    expect([bad.status, bad.body.code]).toEqual([400, 'validation_failed'])
  })
})
