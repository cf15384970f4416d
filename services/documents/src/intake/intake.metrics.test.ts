import { metricValue } from '@alta/kit/testing/metrics'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { uploadedItem } from './handlers.fixture.ts'
import { countItemsByState } from './intake.metrics.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

const owner = person()
const ready = (outcome: string) =>
  metricValue(`alta_item_ready_seconds_count{kind="document",outcome="${outcome}"}`)
const stored = (status: string) => metricValue(`alta_items_stored{kind="document",status="${status}"}`)

test('the way of an upload is measured once, up to where its text lies before a person', async () => {
  const item = await uploadedItem(documents, owner, 'document')
  await item.started()
  await item.completed(await item.result('Dear Ann', 0.8))
  expect(await ready('in_review')).toBe(0)
  await item.opened(1)
  await item.approved(await item.result('Dear Anna', 1), null)
  expect([await ready('in_review'), await ready('approved')]).toEqual([1, 0])
  expect(await metricValue('alta_item_transitions_total{kind="document",status="approved"}')).toBe(1)
  expect(await metricValue('alta_reading_confidence_ratio_count{kind="document"}')).toBe(1)
})

test('documents are counted by state, and how long the oldest has been on its way', async () => {
  await uploadedItem(documents, owner, 'document')
  await documents.admin.query(
    `update documents set updated_at = now() - interval '1 hour' where status = 'uploaded'`,
  )
  await countItemsByState(documents.database)
  expect([await stored('uploaded'), await stored('approved'), await stored('failed')]).toEqual([1, 1, 0])
  const age = await metricValue('alta_item_oldest_seconds{kind="document",status="uploaded"}')
  expect(age).toBeGreaterThan(3_500)
  expect(await metricValue('alta_item_oldest_seconds{kind="voice",status="processing"}')).toBe(0)
})
