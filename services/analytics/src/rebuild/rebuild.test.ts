import type { CloudEvent } from '@alta/contracts/cloud-event'
import { conflict } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAnalytics, type TestAnalytics } from '../analytics.fixture.ts'
import { project, reviewedDocument, sureRecording, unreadableDocument } from '../model/story.fixture.ts'
import type { Replay, Replays } from './replays.ts'

let analytics: TestAnalytics
const operator = person({ roles: ['operator'] })

/** The event store: what happened, sent again in portions when it is asked for. */
const stored: CloudEvent[] = []
let replay: Replay | undefined
let refuses = false

const replays: Replays = {
  start: async () => {
    if (refuses) throw conflict('replay_running', 'A replay to analytics is not over yet.')
    if (stored.length === 0) return undefined
    replay = { id: randomUUIDv7(), state: 'sending', total: stored.length, handled: 0, failed: 0 }
    return replay
  },
  get: async () => replay,
  stop: async () => {
    if (replay) replay = { ...replay, state: 'stopped' }
  },
}

/** Sends the next copies, as the events service would. */
async function send(count = Number.POSITIVE_INFINITY) {
  if (!replay) throw new Error('there is no replay')
  const { id, handled } = replay
  const copies = stored.slice(handled, handled + count)
  for (const event of copies) {
    const copy = { ...event, replayfor: 'analytics', replayid: id }
    expect(await analytics.deliver(copy)).toBe('SUCCESS')
  }
  const sent = handled + copies.length
  replay = { ...replay, handled: sent, state: sent === stored.length ? 'completed' : 'sending' }
}

/** It happens, and is stored. */
async function happen(events: readonly CloudEvent[]) {
  for (const event of events) expect(await analytics.deliver(event)).toBe('SUCCESS')
  stored.push(...events)
}

const act = (action: string, body?: object, who = operator) =>
  analytics.post(who, `/read-model/${action}`, body)
const model = async () => (await analytics.get(operator, '/read-model')).body

beforeAll(async () => {
  analytics = await startAnalytics(replays)
})
afterAll(() => analytics.close())
beforeEach(async () => {
  await analytics.reset()
  stored.length = 0
  replay = undefined
  refuses = false
})

const projectId = randomUUIDv7()
const something = () => [
  project(projectId),
  ...reviewedDocument({ projectId, second: randomUUIDv7(), secondCorrections: 1 }).events,
  ...unreadableDocument({ projectId }),
  ...sureRecording({ projectId }),
]

describe('figures that are built anew', () => {
  test('are those in use, row for row, while new events go into both', async () => {
    await happen(something())
    expect((await act('rebuild')).body).toMatchObject({
      active: { generation: 1 },
      building: { generation: 2, startedBy: operator.userId, progress: 0, caughtUp: false },
      differing: null,
    })
    expect((await analytics.facts(2)).readings).toEqual([])
    await send(7)
    expect((await model()).building).toMatchObject({ caughtUp: false, progress: 7 / stored.length })
    const meanwhile = reviewedDocument({ projectId })
    for (const event of meanwhile.events.slice(0, 4)) await analytics.deliver(event)
    await send()
    for (const event of meanwhile.events.slice(4)) await analytics.deliver(event)
    expect(await analytics.facts(2)).toEqual(await analytics.facts(1))
    expect(await model()).toMatchObject({
      building: { caughtUp: true, progress: 1, failed: 0 },
      differing: 0,
      differences: [],
    })

    const before = await analytics.facts(1)
    expect((await act('switch')).body).toMatchObject({ active: { generation: 2 }, building: null })
    await analytics.turn()
    expect((await analytics.facts(1)).readings).toEqual([])
    expect(await analytics.facts(2)).toEqual(before)
    await analytics.deliver(meanwhile.undone(3))
    expect((await analytics.facts(2)).verdicts).toContainEqual(
      expect.objectContaining({ recognition_id: meanwhile.recognitionId, undone_by: meanwhile.reviewer }),
    )
  })

  test('show where those in use were wrong, and are switched to only when that is accepted', async () => {
    await happen(something())
    await analytics.admin.query('update readings set pages = 7 where pages = 3; delete from failures')
    await act('rebuild')
    await send()
    const { differing, differences } = await model()
    expect(differing).toBe(2)
    expect(differences).toMatchObject([
      { table: 'readings', active: { pages: 7 }, building: { pages: 3 } },
      { table: 'failures', active: null, building: { cause: 'unreadable_file' } },
    ])
    expect(await act('switch', {})).toMatchObject({
      status: 409,
      body: { code: 'read_model_differs', differing: 2 },
    })
    expect((await act('switch', { acceptDifferences: true })).status).toBe(200)
    const { body } = await analytics.get(operator, '/dashboard')
    expect(body.metrics).toMatchObject({ pages: 3, failed: 1 })
  })

  test('are refused while they have not come to the end, and dropped when they are given up', async () => {
    await happen(something())
    await act('rebuild')
    await send(3)
    expect(await act('switch', {})).toMatchObject({ status: 409, body: { code: 'read_model_behind' } })
    expect(await act('rebuild')).toMatchObject({ status: 409, body: { code: 'rebuild_running' } })
    expect((await act('abort')).body).toMatchObject({ active: { generation: 1 }, building: null })
    expect(replay?.state).toBe('stopped')
    await analytics.turn()
    expect((await analytics.facts(2)).uploads).toEqual([])
    expect((await analytics.facts(1)).uploads).toHaveLength(3)
  })

  test('whose replay is forgotten are never taken for whole, and can be dropped', async () => {
    await happen(something())
    await act('rebuild')
    replay = undefined
    expect((await model()).building).toMatchObject({ caughtUp: false })
    expect(await act('switch', { acceptDifferences: true })).toMatchObject({ status: 409 })
    expect((await act('abort')).body.building).toBeNull()
  })

  test('begin nothing when the events service refuses', async () => {
    await happen(something())
    refuses = true
    expect(await act('rebuild')).toMatchObject({ status: 409, body: { code: 'replay_running' } })
    expect((await model()).building).toBeNull()
    refuses = false
    expect((await act('rebuild')).status).toBe(200)
  })

  test('are there at once where nothing was stored', async () => {
    expect((await act('rebuild')).body).toMatchObject({
      building: { caughtUp: true, progress: 1 },
      differing: 0,
    })
    expect((await act('switch')).status).toBe(200)
  })

  test('are begun once by many who ask at the same moment', async () => {
    await happen(something())
    const asked = await Promise.all([act('rebuild'), act('rebuild'), act('rebuild')])
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  test('are for operators; without a rebuild there is nothing to switch to or to abort', async () => {
    const nothing = { status: 409, body: { code: 'no_rebuild' } }
    expect(await act('switch', {})).toMatchObject(nothing)
    expect(await act('abort')).toMatchObject(nothing)
    for (const action of ['rebuild', 'switch', 'abort'])
      expect((await act(action, undefined, person())).status).toBe(403)
    expect((await analytics.get(person(), '/read-model')).status).toBe(403)
    expect((await act('switch', { force: true })).status).toBe(400)
  })
})

test('a copy of what happened mends the figures in use when none are being built', async () => {
  const events = something()
  await analytics.deliver(events[1] as CloudEvent)
  for (const event of events)
    await analytics.deliver({ ...event, replayfor: 'analytics', replayid: randomUUIDv7() })
  expect((await analytics.facts(1)).uploads).toHaveLength(3)
  expect((await analytics.facts(1)).verdicts).toHaveLength(3)
})
