import { metricValue } from '@alta/kit/testing/metrics'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documentOf, pageOf } from '../readings/readings.fixture.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'
import { countReviews } from './review.metrics.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()
const triaged = (outcome: string) =>
  metricValue(`alta_reviews_triaged_total{kind="document",outcome="${outcome}"}`)

it('measures how long a reading waited for its verdict, and counts what needed no person', async () => {
  const projectId = await reviews.project(owner)
  await reviews.readDocument(projectId, { ...documentOf(), confidence: 1, pages: [pageOf(1, 'a b', 1)] })
  const { documentId } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'))
  expect([await triaged('approved'), await triaged('opened')]).toEqual([1, 1])

  await countReviews(reviews.database)
  expect(await metricValue('alta_reviews_open{status="open"}')).toBe(1)
  expect(await metricValue('alta_review_oldest_seconds')).toBeGreaterThan(0)

  const id = await reviews.reviewIdOf(documentId)
  reviews.wait(120)
  await reviews.post(owner, `/reviews/${id}/claim`)
  expect((await reviews.post(owner, `/reviews/${id}/approve`, {})).status).toBe(200)
  const labels = '{kind="document",verdict="approved"}'
  expect(await metricValue(`alta_review_turnaround_seconds_count${labels}`)).toBe(1)
  expect(await metricValue(`alta_review_turnaround_seconds_sum${labels}`)).toBeGreaterThan(119)

  await countReviews(reviews.database)
  expect(await metricValue('alta_reviews_open{status="open"}')).toBe(0)
  expect(await metricValue('alta_review_oldest_seconds')).toBe(0)
})
