import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { emitted, eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleted, startEventStore, type TestEventStore } from '../store/event-store.fixture.ts'

let events: TestEventStore
const operator = person({ roles: ['operator'] })

beforeAll(async () => {
  events = await startEventStore()
})
afterAll(() => events.close())
beforeEach(() => events.reset())

const wanted = (more = {}) => ({
  consumer: 'reviews',
  from: '2020-01-01T00:00:00Z',
  to: '2100-01-01T00:00:00Z',
  ...more,
})
const replay = (more = {}, who = operator) => events.post(who, '/replays', wanted(more))

describe('a preview', () => {
  test('counts what matches by topic, with the handlers that take it, and sends nothing', async () => {
    await events.store(
      deleted(),
      deleted(),
      eventOf(projectUpdated, projectUpdated.example),
      eventOf(auditRecorded, auditRecorded.example),
    )
    const { status, body } = await replay({ dryRun: true })
    expect(status).toBe(200)
    expect(body).toEqual({
      dryRun: true,
      consumer: 'reviews',
      total: 3,
      passedOver: 1,
      byTopic: [
        { topic: 'audit.recorded.v1', events: 1, handlers: [] },
        { topic: 'project.deleted.v1', events: 2, handlers: ['reviews/project.deleted.v1'] },
        { topic: 'project.updated.v1', events: 1, handlers: ['reviews/project.updated.v1'] },
      ],
      effects: 'muted',
      muted: ['e-mail', 'webhooks'],
      seconds: 1,
    })
    expect((await events.get(operator, '/replays')).body.items).toEqual([])
    expect(await emitted(events.admin, taskRequested)).toEqual([])
  })

  test('can be bounded by time, topics and stream', async () => {
    const [old, one] = await events.store(
      deleted({ time: '2026-11-01T00:00:00Z' }),
      deleted({ time: '2026-11-02T00:00:00Z' }),
      eventOf(projectUpdated, projectUpdated.example, { time: '2026-11-03T00:00:00Z' }),
    )
    const total = async (more: object) => (await replay({ dryRun: true, ...more })).body.total
    expect(await total({ from: '2026-11-02T00:00:00Z' })).toBe(2)
    expect(await total({ to: '2026-11-02T00:00:00Z' })).toBe(1)
    expect(await total({ topics: ['project.deleted.v1'] })).toBe(2)
    expect(await total({ stream: one?.subject })).toBe(1)
    expect(await total({ stream: old?.subject, from: '2026-11-02T00:00:00Z' })).toBe(0)
  })

  test('says when nothing is muted', async () => {
    expect((await replay({ dryRun: true, effects: 'live' })).body.muted).toEqual([])
  })

  test('counts a consumer of every event for whatever it is', async () => {
    await events.store(eventOf(auditRecorded, auditRecorded.example))
    const { body } = await replay({ dryRun: true, consumer: 'events' })
    expect(body.byTopic).toEqual([{ topic: 'audit.recorded.v1', events: 1, handlers: ['events/all'] }])
  })
})

describe('a replay', () => {
  test('begins as a task of its own id, on behalf of who asked', async () => {
    await events.store(deleted())
    const { status, body } = await replay()
    expect(status).toBe(202)
    expect(body).toMatchObject({
      state: 'sending',
      topics: ['project.deleted.v1'],
      sent: 0,
      effects: 'muted',
    })
    const [task] = await emitted(events.admin, taskRequested)
    expect(task).toEqual({
      taskId: body.id,
      type: 'event-replay',
      params: { replayId: body.id },
      actor: { userId: operator.userId, tenantId: operator.tenantId },
    })
    expect((await events.get(operator, `/replays/${body.id}`)).body).toEqual(body)
  })

  test('is refused while another one to the same consumer is not over', async () => {
    await events.store(deleted())
    const first = await replay()
    expect(await replay()).toMatchObject({ status: 409, body: { code: 'replay_running' } })
    await events.post(operator, `/replays/${first.body.id}/stop`)
    expect((await replay()).status).toBe(202)
  })

  test('of nothing is refused', async () => {
    await events.store(eventOf(auditRecorded, auditRecorded.example))
    expect(await replay()).toMatchObject({ status: 422, body: { code: 'nothing_to_replay' } })
  })

  test('to nobody is refused, and who there is is said', async () => {
    expect(await replay({ consumer: 'nobody' })).toMatchObject({
      status: 422,
      body: { code: 'unknown_consumer', supported: ['events', 'notifications', 'reviews'] },
    })
  })

  test.each([
    ['without a time', { from: undefined }],
    ['backwards in time', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['with no topics', { topics: [] }],
    ['with an effect nobody knows', { effects: 'loud' }],
    ['with a field nobody knows', { filter: '*' }],
    ['faster than anything', { eventsPerSecond: 1_000_000 }],
    ['of a stream that cannot be', { stream: '\0' }],
  ])('%s is refused', async (_what, more) => {
    expect(await replay(more)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('is for those who may operate; others of the tenant and of other tenants get nowhere', async () => {
    await events.store(deleted())
    expect((await replay({}, person())).status).toBe(403)
    expect((await events.post(undefined, '/replays', wanted())).status).toBe(401)
    const { body } = await replay()
    const other = { ...operator, tenantId: randomUUIDv7() }
    for (const action of ['pause', 'resume', 'stop']) {
      expect((await events.post(other, `/replays/${body.id}/${action}`)).status).toBe(403)
      expect((await events.post(person(), `/replays/${body.id}/${action}`)).status).toBe(403)
    }
    expect((await events.get(other, `/replays/${body.id}`)).status).toBe(403)
  })

  test('can be paused, resumed and stopped, each again without harm, and not out of turn', async () => {
    await events.store(deleted())
    const { id } = (await replay()).body
    const act = (action: string) => events.post(operator, `/replays/${id}/${action}`)
    const refused = { status: 409, body: { code: 'replay_not_in_state' } }
    for (const action of ['pause', 'pause']) expect((await act(action)).body.state).toBe('paused')
    for (const action of ['resume', 'resume']) expect((await act(action)).body.state).toBe('sending')
    const { body } = await act('stop')
    expect(body).toMatchObject({ state: 'stopped', reason: `stopped by ${operator.userId}` })
    expect(body.endedAt).not.toBeNull()
    expect((await act('stop')).status).toBe(200)
    expect(await act('pause')).toMatchObject(refused)
    expect(await act('resume')).toMatchObject(refused)
  })

  test('is listed, newest first, page by page', async () => {
    await events.store(deleted())
    const ids: string[] = []
    for (let count = 0; count < 5; count++) {
      const { id } = (await replay()).body
      ids.unshift(id)
      await events.post(operator, `/replays/${id}/stop`)
    }
    const first = await events.get(operator, '/replays?limit=3')
    const second = await events.get(operator, `/replays?limit=3&cursor=${first.body.nextCursor}`)
    const listed = [...first.body.items, ...second.body.items]
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(second.body.nextCursor).toBeNull()
    expect((await events.get(operator, '/replays?state=sending')).body.items).toEqual([])
  })
})
