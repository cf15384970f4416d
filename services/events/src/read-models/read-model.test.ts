import { setTimeout as delay } from 'node:timers/promises'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleted, startEventStore, type TestEventStore } from '../store/event-store.fixture.ts'
import { settledPosition } from '../store/settled.ts'
import { eventCounts } from './event-counts.ts'
import { feed } from './feed.ts'

let events: TestEventStore
const operator = person({ roles: ['operator'] })
const path = '/read-models/event-counts'

beforeAll(async () => {
  events = await startEventStore()
})
afterAll(() => events.close())
beforeEach(() => events.reset())

const updated = (attributes = {}) => eventOf(projectUpdated, projectUpdated.example, attributes)
const counts = async (who = operator, query = '') => (await events.get(who, `/counts${query}`)).body.items
const model = async () => (await events.get(operator, '/read-models')).body.items[0]
const act = (action: string, body?: object, who = operator) => events.post(who, `${path}/${action}`, body)

/** Ten thousand events over ten days and two topics, some of another tenant. */
async function tenThousand(other: string) {
  await events.admin.query(
    `insert into stored_events (id, source, tenant_id, topic, type, stream, time, correlation_id, event)
     select 'e' || n, '/documents', case when n % 10 = 0 then $1 else $2 end::uuid,
       case when n % 3 = 0 then 'project.deleted.v1' else 'project.updated.v1' end, 'x', 's' || n,
       '2026-11-01T00:00:00Z'::timestamptz + (n % 10) * interval '1 day', 'c', '{}'
     from generate_series(1, 10000) n`,
    [other, operator.tenantId],
  )
}

/** What the store itself says, counted the plain way. */
const counted = async (tenantId: string) =>
  (
    await events.admin.query(
      `select (time at time zone 'UTC')::date::text as day, topic, count(*)::int as events from stored_events
       where tenant_id = $1 group by 1, 2 order by 1 desc, 2`,
      [tenantId],
    )
  ).rows

describe('event counts', () => {
  test('refuse days and topics that there cannot be', async () => {
    const cursor = (position: object) => Buffer.from(JSON.stringify(position)).toString('base64url')
    for (const query of [
      'topic=%00',
      'from=0000-01-01',
      'to=0000-12-31',
      `cursor=${cursor({ day: '0000-01-01', topic: 'a' })}`,
      `cursor=${cursor({ day: '2026-01-01', topic: 'a\0' })}`,
    ]) {
      expect((await events.get(operator, `/counts?${query}`)).status, query).toBe(400)
    }
  })

  test('say how many events of each topic happened on each day of UTC', async () => {
    await events.store(
      deleted({ time: '2026-11-21T23:59:59.999Z' }),
      deleted({ time: '2026-11-22T01:00:00+02:00' }),
      deleted({ time: '2026-11-22T00:00:00Z' }),
      updated({ time: '2026-11-22T12:00:00Z' }),
    )
    await events.turn()
    expect(await counts()).toEqual([
      { day: '2026-11-22', topic: 'project.deleted.v1', events: 1 },
      { day: '2026-11-22', topic: 'project.updated.v1', events: 1 },
      { day: '2026-11-21', topic: 'project.deleted.v1', events: 2 },
    ])
    expect(await counts(operator, '?to=2026-11-21')).toHaveLength(1)
    expect(await counts(operator, '?from=2026-11-22&topic=project.updated.v1')).toHaveLength(1)
    const first = await events.get(operator, '/counts?limit=2')
    expect(await counts(operator, `?limit=2&cursor=${first.body.nextCursor}`)).toEqual([
      { day: '2026-11-21', topic: 'project.deleted.v1', events: 2 },
    ])
  })

  test('count each event once, however often and by however many replicas they are fed', async () => {
    const replicas = Array.from({ length: 3 }, () => settledPosition(events.database))
    for (let round = 0; round < 5; round++) {
      await events.store(deleted(), updated())
      await Promise.all(replicas.map((settled) => feed(events.database, settled, eventCounts)))
    }
    await events.turn()
    const total = (await counts()).reduce((sum: number, one: { events: number }) => sum + one.events, 0)
    expect(total).toBe(10)
  })

  test('are one tenant’s own, and for operators', async () => {
    const other = randomUUIDv7()
    await events.store(deleted({ tenantid: other }))
    await events.turn()
    expect(await counts()).toEqual([])
    expect((await events.get({ ...operator, tenantId: other }, '/counts')).status).toBe(403)
    expect((await events.get(person(), '/counts')).status).toBe(403)
  })

  test.each(['?from=today', '?limit=1000', '?cursor=x', '?topic='])('%s is refused', async (query) => {
    expect((await events.get(operator, `/counts${query}`)).status).toBe(400)
  })
})

describe('a rebuild', () => {
  test('of 10,000 events beside the old one comes to the same figures while new events go into both', async () => {
    const other = randomUUIDv7()
    await tenThousand(other)
    await events.turn()
    const before = await counts(operator, '?limit=100')
    expect(before).toEqual(await counted(operator.tenantId))

    expect((await act('rebuild')).body).toMatchObject({
      active: { generation: 1, events: 10_000 },
      building: { generation: 2, events: 0, progress: 0, caughtUp: false, startedBy: operator.userId },
      differing: null,
    })
    const settled = settledPosition(events.database)
    // In small pieces, with an event arriving between any two of them.
    for (let turn = 0; turn < 3; turn++) {
      await events.store(deleted({ time: '2026-11-05T12:00:00Z' }))
      await feed(events.database, settled, eventCounts, 400)
    }
    expect((await model()).building).toMatchObject({ progress: 1, caughtUp: true })
    await events.store(deleted({ time: '2026-11-05T13:00:00Z' }))
    await events.turn()
    expect(await model()).toMatchObject({
      active: { events: 10_004 },
      building: { events: 10_004, caughtUp: true },
      differing: 0,
      differences: [],
    })

    expect((await act('switch')).body).toMatchObject({ active: { generation: 2 }, building: null })
    expect(await counts(operator, '?limit=100')).toEqual(await counted(operator.tenantId))
    const { rows: others } = await events.admin.query(
      `select day::text, topic, events::int from event_counts where tenant_id = $1 order by day desc, topic`,
      [other],
    )
    expect(others).toEqual(await counted(other))
    const { rows } = await events.admin.query('select distinct generation from event_counts')
    expect(rows).toEqual([{ generation: 2 }])
  })

  test('shows where the old one was wrong, and is switched to only when that is accepted', async () => {
    const other = randomUUIDv7()
    await events.store(deleted({ time: '2026-11-05T12:00:00Z' }), updated({ tenantid: other }))
    await events.turn()
    await events.admin.query('update event_counts set events = 7')
    await act('rebuild')
    await events.turn()
    const difference = { entry: '2026-11-05 project.deleted.v1', active: 7, building: 1 }
    expect(await model()).toMatchObject({ differing: 2, differences: [difference] })
    expect(await act('switch', {})).toMatchObject({
      status: 409,
      body: { code: 'read_model_differs', differing: 2, differences: [difference] },
    })
    expect((await act('switch', { acceptDifferences: true })).status).toBe(200)
    expect(await counts()).toEqual([expect.objectContaining({ events: 1 })])
  })

  test('can be aborted and begun anew; the one in use is not touched', async () => {
    await events.store(deleted())
    await events.turn()
    await act('rebuild')
    await events.turn()
    expect((await act('abort')).body).toMatchObject({ active: { generation: 1 }, building: null })
    expect(await counts()).toHaveLength(1)
    expect((await act('rebuild')).body.building).toMatchObject({ events: 0 })
    await events.turn()
    expect(await model()).toMatchObject({ differing: 0, building: { events: 1 } })
  })

  test('is begun once by many who have waited for the same', async () => {
    await model()
    const holder = await events.admin.connect()
    await holder.query('begin; select from read_model_generations for update')
    const asking = Promise.all([act('rebuild'), act('rebuild'), act('rebuild')])
    await delay(1_000)
    await holder.query('commit')
    holder.release()
    expect((await asking).map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect((await act('abort')).status).toBe(200)
  })

  test('is refused while another is running; without one there is nothing to switch to or abort', async () => {
    const nothing = { status: 409, body: { code: 'no_rebuild' } }
    expect(await act('switch', {})).toMatchObject(nothing)
    expect(await act('abort')).toMatchObject(nothing)
    await events.store(deleted())
    await events.turn()
    expect((await act('rebuild')).status).toBe(200)
    expect(await act('rebuild')).toMatchObject({ status: 409, body: { code: 'rebuild_running' } })
    expect(await act('switch', {})).toMatchObject({ status: 409, body: { code: 'read_model_behind' } })
  })

  test('of a model that does not exist is not found, and not for everybody', async () => {
    expect(await events.post(operator, '/read-models/nothing/rebuild')).toMatchObject({
      status: 404,
      body: { code: 'read_model_not_found' },
    })
    expect((await act('rebuild', undefined, person())).status).toBe(403)
    expect((await events.get(person(), '/read-models')).status).toBe(403)
    expect((await act('switch', { force: true })).status).toBe(400)
  })
})
