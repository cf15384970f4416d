import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documentOf } from '../readings/readings.fixture.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'

let reviews: TestReviews
let projectId: string
beforeAll(async () => {
  reviews = await startReviews()
  projectId = await reviews.project(owner)
})
afterAll(() => reviews.close())

const owner = person()
const claim = (who: Person, id: string) => reviews.post(who, `/reviews/${id}/claim`)
const release = (who: Person, id: string) => reviews.post(who, `/reviews/${id}/release`)

async function openItems(count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const { documentId } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'))
    ids.push(await reviews.reviewIdOf(documentId))
  }
  return ids
}

it('nobody holds more than twenty items, also of thirty that are asked for at once', async () => {
  const hoarder = person({ roles: ['reviewer'] })
  const ids = await openItems(30)
  const answers = await Promise.all(ids.map((id) => claim(hoarder, id)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  for (const { status, body } of answers.filter(({ status }) => status !== 200))
    expect([status, body.code, body.claims, body.most]).toEqual([409, 'too_many_claims', 20, 20])

  const [held = '', free = ''] = [200, 409].map((s) => ids[answers.findIndex(({ status }) => status === s)])
  // Of one's own the claim is still extended, and others are not kept from what is free.
  expect((await claim(hoarder, held)).status).toBe(200)
  expect((await claim(owner, free)).status).toBe(200)
  await release(owner, free)
  await release(hoarder, held)
  expect((await claim(hoarder, free)).status).toBe(200)
  expect((await claim(hoarder, held)).body.code).toBe('too_many_claims')
  // What has run out counts no more, before the sweep has come by.
  reviews.wait(901)
  expect((await claim(hoarder, held)).status).toBe(200)
})

it('an owner frees what somebody else holds, which is told with their name', async () => {
  const [holder, other] = [person(), person()]
  await reviews.member(projectId, holder, 'reviewer', 2)
  await reviews.member(projectId, other, 'reviewer', 3)
  const [id = ''] = await openItems(1)
  await claim(holder, id)
  const refused = await release(other, id)
  expect([refused.status, refused.body.code]).toEqual([409, 'review_already_claimed'])
  const { status, body } = await release(owner, id)
  expect([status, body.status, body.claimedBy]).toEqual([200, 'open', null])
  expect((await reviews.emitted(reviewReleased)).filter(({ reviewId }) => reviewId === id)).toMatchObject([
    { by: owner.userId },
  ])
  const late = await reviews.post(holder, `/reviews/${id}/approve`)
  expect([late.status, late.body.code]).toEqual([409, 'review_not_claimed'])
  expect((await claim(other, id)).status).toBe(200)
})
