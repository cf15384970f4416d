import { Readable } from 'node:stream'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { expect, test } from 'vitest'
import { countedTopics } from '../model/facts.ts'
import { replaysThrough } from './replays.ts'

const id = '019a9d2e-0000-7000-8000-000000000001'
const replay = { id, state: 'sending', total: 4, handled: 1, failed: 0, eventsPerSecond: 500 }

/** A sidecar behind which the events service answers so. */
function eventsService(status: number, body: unknown) {
  const asked: { app: string; method: string | undefined; path: string; body: unknown }[] = []
  const invoke: Sidecar['invoke'] = async (app, path, { method, body: sent } = {}) => {
    asked.push({ app, method, path, body: typeof sent === 'string' ? JSON.parse(sent) : sent })
    return { status, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) }
  }
  return { asked, replays: replaysThrough({ invoke }) }
}

test('a rebuild asks for what counts, of all times, for this service alone', async () => {
  const { asked, replays } = eventsService(202, replay)
  expect(await replays.start(new Date('2026-12-01T00:00:00Z'))).toMatchObject({ id, total: 4 })
  expect(asked).toEqual([
    {
      app: 'events',
      method: 'POST',
      path: '/api/v1/events/replays',
      body: {
        consumer: 'analytics',
        from: '2000-01-01T00:00:00Z',
        to: '2026-12-01T00:00:00.000Z',
        topics: expect.arrayContaining([...countedTopics, 'project.created.v1', 'project.member-added.v1']),
      },
    },
  ])
})

test('nothing stored and a forgotten replay are no failures', async () => {
  const nothing = eventsService(422, { code: 'nothing_to_replay' })
  expect(await nothing.replays.start(new Date())).toBeUndefined()
  const forgotten = eventsService(404, { code: 'replay_not_found' })
  expect(await forgotten.replays.get(id)).toBeUndefined()
})

test('what the events service refuses is told as it said it', async () => {
  const { replays } = eventsService(409, { code: 'replay_running', detail: 'Not over yet.' })
  await expect(replays.start(new Date())).rejects.toMatchObject({
    status: 409,
    code: 'replay_running',
    detail: 'Not over yet.',
  })
})
