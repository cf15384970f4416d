import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { on, work } from '@alta/kit/events/handlers'
import { createInbox } from '@alta/kit/events/inbox-dispatch'
import { leastUUIDv7 } from '@alta/kit/identifiers'
import { activity } from '@alta/kit/operations/activity'
import { recordReplica } from '@alta/kit/operations/replicas'
import { operationsReportOf } from '@alta/kit/operations/report'
import { repeatedly } from '@alta/kit/repeatedly'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { eventOf } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { sample } from './sample.ts'
import { listStuck } from './stuck.repository.ts'

const topics = [emailSendRequested.topic, userRegistered.topic]
const TAKES_MS = 1_000

let db: TestDatabase<EventsSchema>
let sampling: ReturnType<typeof repeatedly>
/** Resolves the handler that would never return. */
let mend: () => void = () => undefined

beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
  const replica = recordReplica({
    pool: db.database.pool,
    id: 'r1',
    host: hostname(),
    version: '1',
    activity,
  })
  const look = () =>
    sample({
      database: db.database,
      apps: ['events'],
      ask: async () => {
        await replica.beat.run()
        return operationsReportOf(db.database.pool, 'events', topics, [], leastUUIDv7(0))
      },
      broker: async () => [],
      rule: { factor: 2, floorSeconds: 0.2, unknownSeconds: 60 },
      everySeconds: 0.2,
    })
  sampling = repeatedly({ name: 'look', everySeconds: 0.2, run: look })
})
afterAll(async () => {
  mend()
  await sampling.stop()
  await db.close()
})

const stuck = () => db.database.system(({ tx }) => listStuck(tx))

test('a handler that never returns is named within three times its p95, and holds no other handler up', async () => {
  let hangs = false
  let greeted = 0
  const inbox = createInbox({
    database: db.database,
    settings: { INBOX_MAX_RETRIES: 0, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 30 },
    subscriptions: [
      work(emailSendRequested, {
        timeLimit: 600_000,
        run: () =>
          hangs
            ? new Promise<void>((resolve) => {
                mend = resolve
              })
            : delay(TAKES_MS),
        commit: async () => undefined,
      }),
      on(userRegistered, async () => {
        greeted++
      }),
    ],
  })
  const mail = () =>
    inbox.receive(emailSendRequested.topic, eventOf(emailSendRequested, emailSendRequested.example))
  await Promise.all([mail(), mail(), mail(), mail()])
  // While it is only as slow as ever, nobody calls it stuck.
  expect(await stuck()).toEqual([])

  hangs = true
  const began = Date.now()
  const never = mail()
  const [found] = await eventually('it is called stuck', async () => {
    const rows = await stuck()
    return rows.length > 0 && rows
  })
  expect(found).toMatchObject({ app: 'events', topic: emailSendRequested.topic, cleared_at: null })
  const p95 = found?.p95_ms ?? 0
  expect(p95).toBeGreaterThanOrEqual(TAKES_MS * 0.9)
  const named = (found?.noticed_at.getTime() ?? 0) - began
  console.log(`p95 ${p95} ms, named after ${named} ms: ${(named / p95).toFixed(2)} times`)
  // Not before twice, which is the rule; three times with what this machine may owe to others at work on it.
  expect(named).toBeGreaterThan(1.9 * p95)
  expect(named).toBeLessThan(3 * p95)

  await inbox.receive(userRegistered.topic, eventOf(userRegistered, userRegistered.example))
  expect(greeted).toBe(1)

  mend()
  await never
  await eventually('it goes on', async () => (await stuck()).every(({ cleared_at }) => cleared_at !== null))
})
