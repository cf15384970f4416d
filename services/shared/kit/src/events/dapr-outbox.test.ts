import { event } from '@alta/contracts/event'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { deliverTo, eventOf } from '../testing/deliver.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { on } from './handlers.ts'

const counted = event({
  topic: 'effect.counted.v1',
  owner: 'effects',
  summary: 'Something was counted.',
  schema: z.object({ subject: z.string() }),
  example: { subject: 'a' },
  subject: ({ subject }) => subject,
})

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('effects', effectsMigrations)
})
afterAll(() => db?.close())

test('an event of Dapr’s outbox, whose data is JSON as text, is handled like every other', async () => {
  const seen: unknown[] = []
  const deliver = deliverTo(db.database, [
    on<{ subject: string }, EffectsSchema>(counted, async (data) => void seen.push(data)),
  ])
  const sent = eventOf(counted, { subject: 'a' })
  const asText = { ...sent, id: `outbox-${sent.id}`, data: JSON.stringify(sent.data) }
  expect(await deliver(asText)).toBe('SUCCESS')
  expect(seen).toEqual([{ subject: 'a' }])
  // Text from anybody else stays text, and is refused by the contract.
  await deliver({ ...eventOf(counted, { subject: 'b' }), data: '{"subject":"b"}' })
  await deliver({ ...asText, id: 'outbox-2', data: 'no JSON' })
  expect(seen).toHaveLength(1)
})
