import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAnalytics, type TestAnalytics } from '../analytics.fixture.ts'
import { project, reviewedDocument, sureRecording, unreadableDocument } from '../model/story.fixture.ts'

let analytics: TestAnalytics
const admin = person({ roles: ['admin'] })
const projectId = randomUUIDv7()

beforeAll(async () => {
  analytics = await startAnalytics()
})
afterAll(() => analytics.close())
beforeEach(() => analytics.reset())

const dashboard = async (query = '', who = admin) => (await analytics.get(who, `/dashboard${query}`)).body

test('the dashboard says what happened in the last thirty days', async () => {
  const [by, reviewer, second] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()]
  const checked = reviewedDocument({ projectId, by, reviewer, second, corrections: 4, secondCorrections: 1 })
  await analytics.take(
    project(projectId),
    ...checked.events,
    ...unreadableDocument({ projectId, by }),
    ...sureRecording({ projectId, by, day: '2026-11-21' }),
  )
  const even = (mean: number) => ({ count: 1, mean, p50: mean, p95: mean })
  expect(await dashboard()).toEqual({
    ...{ period: 'last_30_days', from: '2026-11-01', to: '2026-11-30', projectId: null },
    metrics: {
      ...{ documents: 2, recordings: 1, pages: 3, seconds: 90 },
      approved: { byPerson: 1, byMachine: 1 },
      ...{ rejected: 0, failed: 1, uniqueUsers: 3, apiCost: 0.036, currency: 'USD' },
      throughput: [
        { day: '2026-11-20', uploaded: 2, approved: 1 },
        { day: '2026-11-21', uploaded: 1, approved: 1 },
      ],
      turnaround: {
        reading: { count: 2, mean: 25, p50: 25, p95: 38.5 },
        opening: even(1),
        waiting: even(60),
        deciding: even(30),
        whole: { count: 2, mean: 71, p50: 71, p95: 98 },
      },
      confidence: {
        mean: 0.86,
        buckets: [{ confidence: 0.7, items: 1, words: 100, corrections: 1, share: 0.01 }],
      },
      agreement: { checked: 1, agreed: 0, share: 0, changedWords: 3 },
      failures: [{ stage: 'reading', cause: 'unreadable_file', failures: 1 }],
      topProjects: [{ projectId, name: 'Letters', documents: 2, recordings: 1 }],
      topDocuments: [{ id: checked.documentId, kind: 'document', title: 'A letter', corrections: 1 }],
    },
  })
})

test('a dashboard of nothing has zeros and no times', async () => {
  const { metrics } = await dashboard()
  expect(metrics).toMatchObject({
    ...{ documents: 0, uniqueUsers: 0, apiCost: 0, throughput: [], topProjects: [] },
    turnaround: { reading: null, whole: null },
    confidence: { mean: null, buckets: [] },
    agreement: { share: null },
  })
})

test('a verdict that is taken back counts no longer, and again when it is given anew', async () => {
  const { events, undone } = reviewedDocument({ projectId })
  await analytics.take(project(projectId), ...events, undone(3))
  expect((await dashboard()).metrics).toMatchObject({
    approved: { byPerson: 0 },
    turnaround: { whole: null },
    topDocuments: [],
  })
})

test('documents that were deleted keep their figures and show their title to nobody', async () => {
  const { events, deleted } = reviewedDocument({ projectId })
  await analytics.take(project(projectId), ...events, deleted())
  expect((await dashboard()).metrics).toMatchObject({ documents: 1, topDocuments: [] })
})

test('a range that was asked for is the period', async () => {
  expect(await dashboard('?from=2026-11-02&to=2026-11-03')).toMatchObject({ period: '2026-11-02/2026-11-03' })
  expect(await analytics.get(admin, '/dashboard?from=2026-11-03&to=2026-11-02')).toMatchObject({
    status: 400,
    body: { code: 'invalid_range' },
  })
})

test('members see their own projects, and strangers none', async () => {
  const owner = person()
  await analytics.take(
    project(projectId, { ownerId: owner.userId }),
    ...reviewedDocument({ projectId }).events,
  )
  expect((await dashboard('', owner)).metrics.documents).toBe(1)
  expect((await dashboard('', person())).metrics.documents).toBe(0)
  expect((await analytics.get(person(), `/dashboard?projectId=${projectId}`)).status).toBe(404)
})
