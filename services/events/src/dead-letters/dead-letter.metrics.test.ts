import { metricValue } from '@alta/kit/testing/metrics'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectEvents } from './consumer.fixture.ts'
import { countDeadLetters } from './dead-letter.metrics.ts'
import { startDeadLetters, type TestDeadLetters } from './dead-letters.fixture.ts'

let service: TestDeadLetters
beforeAll(async () => {
  service = await startDeadLetters()
})
afterAll(() => service.close())

const open = () => metricValue('alta_dead_letters_open{app_id="reviews"}')

it('shows what nobody has decided on, and zero once it is decided', async () => {
  for (const event of projectEvents(3)) await service.fail(event, {})
  await countDeadLetters(service.database)
  expect(await open()).toBe(3)
  expect(await metricValue('alta_dead_letters_filed')).toBe(3)
  expect(await metricValue('alta_dead_letter_oldest_seconds')).toBeGreaterThan(0)
  await service.admin.query(`update dead_letters set status = 'resolved'`)
  await countDeadLetters(service.database)
  expect(await open()).toBe(0)
  expect(await metricValue('alta_dead_letter_oldest_seconds')).toBe(0)
})
