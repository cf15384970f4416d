import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { expect, test } from 'vitest'
import { randomUUIDv7 } from '../identifiers.ts'
import { emitted } from '../testing/deliver.ts'
import { anEvent, counting, inboxUnderTest } from './inbox.fixture.ts'

const fixture = inboxUnderTest()
const { open, effects } = fixture
const { topic } = projectDeleted
const rejected = () => emitted(fixture.db.admin, messageRejected)

test.each([
  ['null', null, 'event'],
  ['text', 'hello', 'event'],
  ['an array', [], 'event'],
  ['an event without an id', { ...anEvent(), id: undefined }, 'id'],
  ['an event of no tenant', { ...anEvent(), tenantid: 'x' }, 'tenantid'],
  ['an id that PostgreSQL cannot keep', { ...anEvent(), id: 'a\0b' }, 'id'],
  ['half a character in its source', { ...anEvent(), source: '/\ud800' }, 'source'],
  ['a replay without a name of its own', { ...anEvent(), replayfor: 'inbox', replayid: 'x' }, 'replayid'],
])(
  '%s instead of an event is told as rejected, with the place, and acknowledged',
  async (_what, body, path) => {
    expect(await open([counting()]).receive(topic, body)).toBe('SUCCESS')
    const [told] = await rejected()
    expect(told).toMatchObject({ app: 'inbox', topic, reason: 'schema_validation_failed' })
    expect(told?.faults.map((fault) => fault.path)).toContain(path)
    expect(told?.body).toBe(JSON.stringify(body))
    expect(await effects()).toEqual({})
  },
)

test('the same body is told of once, however often it is delivered', async () => {
  const inbox = open([counting()])
  for (let time = 0; time < 5; time += 1) await inbox.receive(topic, { no: 'event' })
  await inbox.receive(topic, { another: 'one' })
  expect(await rejected()).toHaveLength(2)
})

test('a large body is kept in part, and what can be read of its origin is kept', async () => {
  const tenantid = randomUUIDv7()
  const body = { ...anEvent({ tenantid, correlationid: 'request-7' }), id: 7, data: 'é'.repeat(10_000_000) }
  await open([counting()]).receive(topic, body)
  const { rows } = await fixture.db.admin.query('select tenant_id, event from outbox_events')
  const event = JSON.parse(rows[0]?.event)
  expect(rows[0]?.tenant_id).toBe(tenantid)
  expect(event.correlationid).toBe('request-7')
  expect(event.data.body.length).toBeLessThanOrEqual(65_536)
})

test('a delivery that is none does not keep those behind it', async () => {
  const inbox = open([counting()])
  const events = Array.from({ length: 10 }, () => anEvent())
  await Promise.all([{ broken: true }, ...events].map((body) => inbox.receive(topic, body)))
  expect(Object.keys(await effects())).toHaveLength(events.length)
})
