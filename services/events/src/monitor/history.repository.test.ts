import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { thinSamples } from './history.repository.ts'

let db: TestDatabase<EventsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.admin.query('truncate queue_samples, service_samples, handler_samples')
})

/** Ten minutes of samples of two queues that began `hours` ago, each minute's first one at its seventh second. */
const sampleEvery = (seconds: number, hours: number) =>
  db.admin.query(
    `insert into queue_samples (queue, at, ready, consumers)
     select queue, at, 0, 1
     from unnest(array['one', 'two']) queue, generate_series(
       date_trunc('minute', now()) - make_interval(hours => $2) + interval '7 s',
       date_trunc('minute', now()) - make_interval(hours => $2) + interval '599 s',
       make_interval(secs => $1)) at`,
    [seconds, hours],
  )
const kept = async () =>
  (
    await db.admin.query(
      `select queue, count(*)::int as samples, count(distinct date_trunc('minute', at))::int as minutes
       from queue_samples group by queue order by queue`,
    )
  ).rows
const thin = () => db.database.system(({ tx }) => thinSamples(tx, 14))

test.each([1, 5, 10, 30, 60])(
  'samples every %i s are thinned to the first of each minute',
  async (seconds) => {
    await sampleEvery(seconds, 30)
    await thin()
    const each = { samples: 10, minutes: 10 }
    expect(await kept()).toMatchObject([
      { queue: 'one', ...each },
      { queue: 'two', ...each },
    ])
    await thin()
    expect(await kept()).toMatchObject([each, each])
  },
)

test('those of the last day all stay, and those that are too old all leave', async () => {
  await sampleEvery(10, 15 * 24)
  await sampleEvery(10, 12)
  const before = await kept()
  await thin()
  expect((await kept()).map(({ samples }) => samples)).toEqual(before.map(({ samples }) => samples / 2))
})
