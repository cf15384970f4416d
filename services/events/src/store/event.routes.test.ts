import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleted, startEventStore, type TestEventStore } from './event-store.fixture.ts'

let events: TestEventStore
const operator = person({ roles: ['operator'] })

beforeAll(async () => {
  events = await startEventStore()
})
afterAll(() => events.close())
beforeEach(() => events.reset())

const ids = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id)
const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString()

describe('the list', () => {
  test('shows the newest first, page by page, each event once', async () => {
    const stored = await events.store(
      ...Array.from({ length: 7 }, (_, index) => deleted({ time: at(Math.floor(index / 2)) })),
    )
    const seen: string[] = []
    let cursor = ''
    for (;;) {
      const { status, body } = await events.get(operator, `?limit=3${cursor && `&cursor=${cursor}`}`)
      expect(status).toBe(200)
      seen.push(...ids(body))
      if (body.nextCursor === null) break
      cursor = body.nextCursor
    }
    expect(seen).toEqual(stored.map(({ id }) => id).reverse())
  })

  test('finds a text anywhere in an event within a time, and wants one that is not too long', async () => {
    const id = randomUUIDv7()
    const [found] = await events.store(
      deleted({ subject: id, time: at(1) }),
      deleted({ time: at(2) }),
      deleted({ subject: id, time: at(9) }),
    )
    const text = id.slice(-12).toUpperCase()
    const within = await events.get(operator, `?text=${text}&from=${at(0)}&to=${at(5)}`)
    expect(ids(within.body)).toEqual([found?.id])
    for (const time of ['', '&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z']) {
      expect(await events.get(operator, `?text=${text}${time}`)).toMatchObject({
        status: 400,
        body: { code: 'time_required' },
      })
    }
  })

  test('says what each event is, and which one of its stream', async () => {
    const stream = randomUUIDv7()
    const [first, second] = await events.store(
      deleted({
        subject: stream,
        sequence: '4',
        time: at(1),
        correlationid: 'request',
        causationid: 'cause',
      }),
      deleted({ subject: stream, time: at(2) }),
    )
    const { body } = await events.get(operator, '')
    expect(body.items).toEqual([
      expect.objectContaining({ id: second?.id, stream, streamPosition: 2, sequence: null }),
      expect.objectContaining({
        id: first?.id,
        topic: 'project.deleted.v1',
        type: 'io.alta.project.deleted.v1',
        source: '/documents',
        stream,
        streamPosition: 1,
        sequence: '4',
        time: at(1),
        correlationId: 'request',
        causationId: 'cause',
        muted: false,
      }),
    ])
  })

  test('an event keeps its number in its stream when earlier ones are forgotten', async () => {
    const stream = randomUUIDv7()
    await events.store(
      deleted({ subject: stream, time: '1999-01-01T00:00:00Z' }),
      deleted({ subject: stream }),
    )
    await events.database.pool.query(`select forget_events_before(now() - interval '24 months')`)
    const { body } = await events.get(operator, `?stream=${stream}`)
    expect(body.items).toEqual([expect.objectContaining({ streamPosition: 2 })])
  })

  test('an event is numbered among all of its stream, also those that the page leaves out', async () => {
    const updated = () => eventOf(projectUpdated, projectUpdated.example, { subject: 'one', time: at(1) })
    const gone = () => deleted({ subject: 'one', time: at(1) })
    await events.store(updated(), gone(), updated(), updated(), gone())
    const { body } = await events.get(operator, '?topic=project.deleted.v1')
    expect(body.items.map(({ streamPosition }: { streamPosition: number }) => streamPosition)).toEqual([5, 2])
  })

  test('conditions must all hold', async () => {
    const [a, b, c] = await events.store(
      deleted({ subject: 'one', time: at(1), correlationid: 'x', source: '/documents' }),
      deleted({ subject: 'two', time: at(2), correlationid: 'x', source: '/documents' }),
      eventOf(projectUpdated, projectUpdated.example, { subject: 'one', time: at(3), correlationid: 'y' }),
    )
    const found = async (query: string) => ids((await events.get(operator, query)).body)
    expect(await found(`?from=${at(2)}`)).toEqual([c?.id, b?.id])
    expect(await found(`?to=${at(2)}`)).toEqual([a?.id])
    expect(await found('?topic=project.updated.v1')).toEqual([c?.id])
    expect(await found('?type=io.alta.project.deleted.v1')).toEqual([b?.id, a?.id])
    expect(await found('?type=project.deleted.v1')).toEqual([])
    expect(await found('?type=io.alta.project.deleted.v1&topic=project.updated.v1')).toEqual([])
    expect(await found('?stream=one')).toEqual([c?.id, a?.id])
    expect(await found('?correlationId=x&stream=one')).toEqual([a?.id])
    expect(await found('?source=/ocr')).toEqual([])
  })

  test('shows nothing of another tenant', async () => {
    const tenantid = randomUUIDv7()
    await events.store(deleted({ tenantid }))
    expect((await events.get(operator, '')).body.items).toEqual([])
    expect((await events.get({ ...operator, tenantId: tenantid }, '')).status).toBe(403)
  })

  test.each([
    ['?limit=0', 'validation_failed'],
    ['?from=yesterday', 'validation_failed'],
    ['?topic=', 'validation_failed'],
    ['?topic=a&topic=b', 'validation_failed'],
    ['?stream=%00', 'validation_failed'],
    ['?cursor=nonsense', 'invalid_cursor'],
    [`?from=${at(2)}&to=${at(1)}`, 'invalid_range'],
  ])('%s is refused', async (query, code) => {
    expect(await events.get(operator, query)).toMatchObject({ status: 400, body: { code } })
  })

  test('is for operators', async () => {
    expect((await events.get(undefined, '')).status).toBe(401)
    expect((await events.get(person(), '')).status).toBe(403)
  })
})

describe('one event', () => {
  test('is shown whole', async () => {
    const [event] = await events.store(deleted({ anextension: 'kept' }))
    const { status, body } = await events.get(operator, `/${event?.id}`)
    expect(status).toBe(200)
    expect(body.event).toEqual(event)
  })

  test('of another tenant does not exist', async () => {
    const [event] = await events.store(deleted({ tenantid: randomUUIDv7() }))
    expect(await events.get(operator, `/${event?.id}`)).toMatchObject({
      status: 404,
      body: { code: 'event_not_found' },
    })
  })

  test.each(['/nobody', '/%00', `/${'x'.repeat(201)}`])('%s is not found or refused', async (path) => {
    expect([400, 404]).toContain((await events.get(operator, path)).status)
  })
})

describe('a chain', () => {
  test('shows each event behind its cause', async () => {
    const root = deleted({ correlationid: 'request' })
    const effect = deleted({ correlationid: 'request', causationid: root.id })
    const other = deleted({ correlationid: 'request' })
    const last = deleted({ correlationid: 'request', causationid: effect.id })
    await events.store(root, other, effect, last, deleted())
    const { status, body } = await events.get(operator, '/chains/request')
    expect(status).toBe(200)
    expect(body.items.map(({ id, depth }: { id: string; depth: number }) => [id, depth])).toEqual([
      [root.id, 0],
      [effect.id, 1],
      [last.id, 2],
      [other.id, 0],
    ])
    expect(body.complete).toBe(true)
  })

  test('shows every event also when causes are missing or go round in a circle', async () => {
    const lost = deleted({ correlationid: 'odd', causationid: 'forgotten' })
    const one = deleted({ correlationid: 'odd' })
    const two = deleted({ correlationid: 'odd', causationid: one.id })
    one.causationid = two.id
    const self = deleted({ correlationid: 'odd' })
    self.causationid = self.id
    await events.store(lost, one, two, self)
    expect(ids((await events.get(operator, '/chains/odd')).body).sort()).toEqual(
      [lost.id, one.id, two.id, self.id].sort(),
    )
  })

  test('of an unknown request is not found', async () => {
    expect(await events.get(operator, '/chains/nobody')).toMatchObject({
      status: 404,
      body: { code: 'chain_not_found' },
    })
  })
})
