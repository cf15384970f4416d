import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentRestored } from '@alta/contracts/events/document-restored.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documentOf } from '../readings/readings.fixture.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()
const doubtful = documentOf('Dear Mrs Smlth!')

async function readOne() {
  const projectId = await reviews.project(owner)
  const { documentId } = await reviews.readDocument(projectId, doubtful)
  const reviewId = await reviews.reviewIdOf(documentId)
  const about = { documentId, projectId }
  const restored = { ...documentRestored.example, ...about }
  return {
    ...{ documentId, projectId, reviewId },
    deleted: (sequence: number) =>
      reviews.deliver(eventOf(documentDeleted, about, { sequence: String(sequence) })),
    restored: (sequence: number) =>
      reviews.deliver(eventOf(documentRestored, restored, { sequence: String(sequence) })),
    status: async () => (await reviews.get(owner, `/reviews/${reviewId}`)).body.status,
    opened: async () =>
      (await reviews.emitted(reviewOpened)).filter(({ subjectId }) => subjectId === documentId).length,
  }
}

it('what is taken back from the trash waits for a person again, whoever had claimed it', async () => {
  const one = await readOne()
  await reviews.post(owner, `/reviews/${one.reviewId}/claim`)
  await one.deleted(2)
  expect(await one.status()).toBe('closed')
  await one.restored(3)
  expect(await one.status()).toBe('open')
  expect(await one.opened()).toBe(2)
  await reviews.post(owner, `/reviews/${one.reviewId}/claim`)
  expect((await reviews.post(owner, `/reviews/${one.reviewId}/approve`)).status).toBe(200)
})

it('the news of the trash that is newer counts, in whatever order it comes', async () => {
  const one = await readOne()
  await one.restored(3)
  await one.deleted(2)
  expect(await one.status()).toBe('open')
  expect(await one.opened()).toBe(1)
  await one.deleted(4)
  await one.restored(3)
  expect(await one.status()).toBe('closed')
})

it('what was read in the trash is laid before a person when it is taken back', async () => {
  const one = await readOne()
  await one.deleted(2)
  await reviews.readDocument(one.projectId, doubtful, { documentId: one.documentId, version: 2 })
  expect(await one.opened()).toBe(1)
  await one.restored(5)
  expect(await one.opened()).toBe(2)
  expect(await one.status()).toBe('superseded')
})

it('what was decided before stays decided', async () => {
  const one = await readOne()
  await reviews.post(owner, `/reviews/${one.reviewId}/claim`)
  await reviews.post(owner, `/reviews/${one.reviewId}/approve`)
  await one.deleted(2)
  await one.restored(3)
  expect(await one.status()).toBe('approved')
  const approvals = (await reviews.emitted(reviewApproved)).filter(
    ({ subjectId }) => subjectId === one.documentId,
  )
  expect([approvals.length, await one.opened()]).toEqual([1, 1])
})
