import { setTimeout as delay } from 'node:timers/promises'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { contractsByTopic } from '@alta/contracts/generated/registry'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { deliverTo, eventOf } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventsSchema } from './database/schema.ts'
import { deadLetterParts } from './dead-letters/dead-letters.ts'
import { subscriptions } from './subscriptions.ts'

let db: TestDatabase<EventsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('./database/migrations/', import.meta.url))
})
afterAll(() => db.close())

test('failures of several kinds that replicas file at once never wait for each other in a circle', async () => {
  const { handlers } = deadLetterParts(db.database, contractsByTopic, {
    DEAD_LETTERS_FOUR_EYES: false,
    DEAD_LETTERS_PROPOSAL_SECONDS: 60,
    DEAD_LETTERS_RESOLVED_DAYS: 30,
  })
  const kinds = ['TypeError', 'RangeError', 'SyntaxError', 'Error']
  const failureOf = (errorClass = 'Error') =>
    eventOf(messageFailed, {
      ...messageFailed.example,
      errorClass,
      event: eventOf(projectDeleted, { projectId: randomUUIDv7() }),
    })
  // Each replica gets the kinds in an order of its own.
  const filed = [1, 2, 3].flatMap((stride) => {
    const deliver = deliverTo(db.database, subscriptions(handlers, []))
    return Array.from({ length: 200 }, (_, index) =>
      deliver(failureOf(kinds[(index * stride) % kinds.length])),
    )
  })
  expect(new Set(await Promise.all(filed))).toEqual(new Set(['SUCCESS']))
  // PostgreSQL's sessions tell what they have counted a second later.
  await delay(1_500)
  const { rows } = await db.admin.query(
    `select (select count(*)::int from dead_letters) as letters, deadlocks::int
     from pg_stat_database where datname = current_database()`,
  )
  expect(rows).toEqual([{ letters: 600, deadlocks: 0 }])
}, 120_000)
