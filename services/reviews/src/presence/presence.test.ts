import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documentOf } from '../readings/readings.fixture.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'

let reviews: TestReviews
const [owner, reviewer, viewer, stranger] = [person(), person(), person(), person()]
let id: string
beforeAll(async () => {
  reviews = await startReviews()
  const projectId = await reviews.project(owner)
  await reviews.member(projectId, reviewer, 'reviewer', 2)
  await reviews.member(projectId, viewer, 'viewer', 3)
  const { documentId } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'))
  id = await reviews.reviewIdOf(documentId)
})
afterAll(() => reviews.close())

const arrive = async (who: typeof owner) => (await reviews.call(who, 'PUT', `/reviews/${id}/presence`)).body
const leave = (who: typeof owner) => reviews.call(who, 'DELETE', `/reviews/${id}/presence`)

it('who has an item open hears who else has, until they leave or fall silent', async () => {
  expect(await arrive(owner)).toEqual({ others: [] })
  expect(await arrive(viewer)).toEqual({ others: [owner.userId] })
  expect(await arrive(reviewer)).toEqual({ others: [viewer.userId, owner.userId] })
  expect((await leave(viewer)).status).toBe(204)
  expect(await arrive(owner)).toEqual({ others: [reviewer.userId] })
  reviews.wait(41)
  expect(await arrive(reviewer)).toEqual({ others: [] })
  expect(await arrive(owner)).toEqual({ others: [reviewer.userId] })
})

it('says nothing to who may not see the item, and nothing of them to others', async () => {
  for (const method of ['PUT', 'DELETE']) {
    const refused = await reviews.call(stranger, method, `/reviews/${id}/presence`)
    expect([refused.status, refused.body.code]).toEqual([404, 'review_not_found'])
  }
  expect((await arrive(reviewer)).others).not.toContain(stranger.userId)
})

it('writes no entry in the audit log, which signs of life would fill', async () => {
  const entries = async () => (await reviews.admin.query('select from outbox_events')).rowCount
  const before = await entries()
  await arrive(owner)
  await leave(owner)
  expect(await entries()).toBe(before)
})

it('keeps no row of who has gone', async () => {
  await arrive(owner)
  reviews.wait(41)
  await reviews.presence.sweep()
  expect((await reviews.admin.query('select from presences')).rowCount).toBe(0)
})
