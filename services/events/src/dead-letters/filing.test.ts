import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectEvents } from './consumer.fixture.ts'
import { operator, startDeadLetters, type TestDeadLetters } from './dead-letters.fixture.ts'

let service: TestDeadLetters
const who = operator()
beforeAll(async () => {
  service = await startDeadLetters()
})
afterAll(() => service.close())
beforeEach(async () => {
  await service.admin.query(
    'truncate dead_letter_groups, dead_letters, dead_letter_retries, outbox_events, inbox_messages',
  )
})

const groups = async (query = '') => (await service.get(who, query)).body.items
const messagesOf = async (group: string) => (await service.get(who, `/${group}/messages`)).body.items
const rows = async () => (await service.admin.query('select * from dead_letters order by id')).rows
const one = () => projectEvents(1)[0] ?? eventOf(projectDeleted, { projectId: randomUUIDv7() })
const copyOf = (event: ReturnType<typeof one>, replayid: string) => ({
  ...event,
  replayfor: 'reviews',
  replayid,
  replayattempts: '1' as const,
})

describe('a message that a handler gave up', () => {
  it('is filed with event, class, message, stack, attempts, handler and correlation id', async () => {
    const event = one()
    await service.fail(event, { attempts: 6 })
    const [group] = await groups()
    expect(group).toMatchObject({
      app: 'reviews',
      handler: 'reviews/project.deleted.v1',
      topic: 'project.deleted.v1',
      errorClass: 'TypeError',
      message: 'x is not a function',
      stack: 'close (services/reviews/src/close.ts)',
      status: 'new',
      ...{ count: 1, open: 1, cameBack: false },
    })
    const [message] = await messagesOf(group.id)
    const { body } = await service.get(who, `/${group.id}/messages/${message.id}`)
    expect(body).toMatchObject({
      messageId: event.id,
      correlationId: event.correlationid,
      attempts: 6,
      event,
      faults: [],
      history: [{ errorClass: 'TypeError', message: 'x is not a function' }],
      links: { correlation: `/api/v1/events?correlationId=${event.correlationid}` },
    })
    expect(body.stack).toContain('/app/services/reviews/src/close.ts:1:2')
  })

  it('is one dead letter, also when it is told twice and when its copies fail', async () => {
    const event = one()
    await service.fail(event, { attempts: 6 })
    await service.fail(event, { attempts: 1 })
    await service.fail(copyOf(event, randomUUIDv7()), {
      attempts: 1,
      handler: `reviews/${event.topic}#${randomUUIDv7()}`,
    })
    const [letter, ...others] = await rows()
    expect(others).toEqual([])
    expect(letter).toMatchObject({ attempts: 8, status: 'open' })
    expect(letter.history).toHaveLength(3)
    expect(JSON.parse(letter.event)).toEqual(event)
  })

  it('moves to the group of what it fails with now', async () => {
    const event = one()
    await service.fail(event)
    await service.fail(event, {
      errorClass: 'RangeError',
      stack: 'RangeError: no\n at b (/a/services/b.ts:1:1)',
    })
    const [group, ...others] = await groups()
    expect(others).toEqual([])
    expect(group).toMatchObject({ errorClass: 'RangeError', count: 1 })
  })

  it('is resolved when a copy of it was handled', async () => {
    const event = one()
    await service.fail(event)
    await service.handle(copyOf(event, randomUUIDv7()))
    const [letter] = await rows()
    expect(letter.status).toBe('resolved')
    const days = (letter.purge_at - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(29.9)
    expect(days).toBeLessThan(30.1)
    // Of what was never filed there is nothing to resolve.
    await service.handle(copyOf(one(), randomUUIDv7()))
    expect(await rows()).toHaveLength(1)
  })

  it('waits for the copy that is on its way, whatever an older one had to say', async () => {
    const event = one()
    await service.fail(event)
    const newest = randomUUIDv7()
    await service.admin.query(`update dead_letters set status = 'retrying', replay_id = $1`, [newest])
    await service.fail(copyOf(event, randomUUIDv7()))
    expect((await rows())[0].status).toBe('retrying')
    await service.fail(copyOf(event, newest))
    expect((await rows())[0].status).toBe('open')
  })

  it('stays discarded when another copy of it fails', async () => {
    const event = one()
    await service.fail(event)
    await service.admin.query(
      `update dead_letters set status = 'discarded', purge_at = now() + interval '1 day'`,
    )
    await service.fail(copyOf(event, randomUUIDv7()))
    expect((await rows())[0]).toMatchObject({ status: 'discarded', purge_at: expect.any(Date) })
  })

  it('shows the failing paths and a valid sample when its data broke the contract', async () => {
    const event = { ...one(), data: { projectId: 'seven' } }
    await service.fail(event, {
      errorClass: 'schema_validation_failed',
      message: 'data.projectId: Invalid UUID',
    })
    const [group] = await groups()
    const [message] = await messagesOf(group.id)
    const { body } = await service.get(who, `/${group.id}/messages/${message.id}`)
    expect(body.faults).toEqual([{ path: 'data.projectId', message: 'Invalid UUID' }])
    expect(projectDeleted.schema.safeParse(body.validSample.data).success).toBe(true)
    expect(body.validSample).toMatchObject({ type: 'io.alta.project.deleted.v1', source: '/documents' })
  })

  it('is kept to the letter, also with what PostgreSQL cannot hold in JSON', async () => {
    const event = { ...one(), data: { projectId: randomUUIDv7(), name: 'a\0b\ud800' } }
    await service.fail(event, { message: 'bad\0' })
    const [letter] = await rows()
    expect(JSON.parse(letter.event).data.name).toBe('a\0b\ud800')
    const [group] = await groups(`?field=${encodeURIComponent(`data.projectId=${event.data.projectId}`)}`)
    expect(group.count).toBe(1)
  })

  it('belongs to its tenant alone', async () => {
    const other = operator()
    await service.fail({ ...one(), tenantid: randomUUIDv7() })
    expect((await service.get(other, '')).body.items).toEqual([])
    expect(await rows()).toHaveLength(1)
  })
})

describe('a group', () => {
  it('counts the same failure of many messages, and when it was first and last seen', async () => {
    const [first, second, third] = projectEvents(3)
    if (!first || !second || !third) throw new Error('three were asked for')
    await service.fail(first, { at: '2026-01-02T00:00:00.000Z', message: 'of 1', stack: stackAt('/one', 1) })
    await service.fail(third, { at: '2026-03-02T00:00:00.000Z', message: 'of 3', stack: stackAt('/two', 7) })
    await service.fail(second, { at: '2026-02-02T00:00:00.000Z', message: 'of 2', stack: stackAt('/one', 1) })
    const [group, ...others] = await groups()
    expect(others).toEqual([])
    expect(group).toMatchObject({
      count: 3,
      firstSeenAt: '2026-01-02T00:00:00.000Z',
      lastSeenAt: '2026-03-02T00:00:00.000Z',
    })
  })

  it('comes back when something fails in it after it was resolved', async () => {
    await service.fail(one())
    const [group] = await groups()
    expect((await service.patch(who, `/${group.id}`, { status: 'resolved' })).body).toMatchObject({
      status: 'resolved',
      resolvedAt: expect.any(String),
    })
    await service.fail(one())
    expect((await groups())[0]).toMatchObject({
      ...{ id: group.id, status: 'new', count: 2, cameBack: true },
      ...{ cameBackAt: expect.any(String), resolvedAt: null },
    })
  })
})

const stackAt = (root: string, line: number) =>
  `TypeError: x\n    at close (${root}/services/reviews/src/close.ts:${line}:1)`

describe('what is no event', () => {
  const rejected = (body: string, faults = [{ path: 'source', message: 'expected string' }]) =>
    eventOf(messageRejected, {
      ...{ app: 'reviews', topic: 'project.deleted.v1', reason: 'schema_validation_failed', body, faults },
    })

  it('is filed with what was delivered, the failing paths and a valid sample', async () => {
    await service.deliver(rejected('{"specversion":"1.0"}'))
    const [group] = await groups()
    expect(group).toMatchObject({
      handler: 'reviews/project.deleted.v1',
      errorClass: 'schema_validation_failed',
    })
    const [message] = await messagesOf(group.id)
    expect(message).toMatchObject({ kind: 'rejected', messageId: null })
    const { body } = await service.get(who, `/${group.id}/messages/${message.id}`)
    expect(body).toMatchObject({
      body: '{"specversion":"1.0"}',
      event: null,
      faults: [{ path: 'source', message: 'expected string' }],
      validSample: { topic: 'project.deleted.v1' },
    })
  })

  it('is filed each time, and together with what has the same faults', async () => {
    await service.deliver(rejected('{"specversion":"1.0"}'))
    await service.deliver(rejected('not JSON\0 at all'))
    await service.deliver(rejected('{}', [{ path: 'id', message: 'expected string' }]))
    expect((await groups()).map((group: { count: number }) => group.count).sort()).toEqual([1, 2])
  })
})

describe('what reached no handler', () => {
  const undelivered = (body: string) => ({ data_base64: Buffer.from(body).toString('base64') })

  it('is filed with its event when there is one in it', async () => {
    const event = one()
    await service.deliverRaw(undelivered(JSON.stringify(event)))
    await service.deliverRaw(undelivered(JSON.stringify(event)))
    const [group, ...others] = await groups()
    expect(others).toEqual([])
    expect(group).toMatchObject({ errorClass: 'undelivered', topic: 'project.deleted.v1', count: 1 })
    const [message] = await messagesOf(group.id)
    expect(message).toMatchObject({ kind: 'undelivered', messageId: event.id })
  })

  it('is filed as it came when there is none', async () => {
    await service.deliverRaw(undelivered('\x00\x01 garbage'))
    const [group] = await groups()
    const [message] = await messagesOf(group.id)
    const { body } = await service.get(who, `/${group.id}/messages/${message.id}`)
    expect(body).toMatchObject({ kind: 'undelivered', topic: 'unknown', event: null })
    expect(body.body).toContain('garbage')
    expect(body.faults.length).toBeGreaterThan(0)
  })
})
