import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { registerOperator } from '../support/operator.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'

// Every event is kept, can be sent to one consumer again without anybody outside noticing, and counted anew.

const home = inject('home')
const { gatewayUrl } = readPlatform(home)
const owner = new pg.Client({ connectionString: readPlaces(home).postgres.ownerUrl })
const ada = new Client(gatewayUrl)
const olga = new Client(gatewayUrl)
const began = new Date(Date.now() - 1_000).toISOString()
let correlationId: string

beforeAll(async () => {
  await owner.connect()
  await ada.register()
  await registerOperator(owner, olga)
})
afterAll(() => owner.end())

const welcomes = async (who: Client) =>
  (await olga.call('GET', `/api/v1/notifications/caught?to=${encodeURIComponent(who.email)}`)).body.items
    .length

async function replayMails(effects: 'muted' | 'live') {
  const wanted = {
    consumer: 'notifications',
    from: began,
    to: new Date(Date.now() + 60_000).toISOString(),
    topics: ['email.send-requested.v1'],
    effects,
  }
  const preview = await olga.call('POST', '/api/v1/events/replays', { ...wanted, dryRun: true })
  expect(preview.body.byTopic).toMatchObject([
    { topic: 'email.send-requested.v1', handlers: ['notifications/email.send-requested.v1'] },
  ])
  const started = await olga.call('POST', '/api/v1/events/replays', wanted)
  expect(started.status).toBe(202)
  const replay = await eventually(
    'the replay is completed',
    async () => {
      const { body } = await olga.call('GET', `/api/v1/events/replays/${started.body.id}`)
      return body.state === 'completed' && body
    },
    120,
  )
  expect(replay).toMatchObject({ total: preview.body.total, sent: preview.body.total, failed: 0 })
  expect(replay.handled).toBe(replay.sent)
}

test('what a request set off can be followed from its first event', async () => {
  const stored = await eventually('the account is in the store', async () => {
    const { body } = await olga.call('GET', `/api/v1/events?stream=${ada.userId}&topic=user.registered.v1`)
    return body.items[0]
  })
  expect(stored).toMatchObject({ source: '/identity', streamPosition: 1 })
  correlationId = stored.correlationId
  const mailed = await eventually('the mail belongs to the same chain', async () => {
    const { body } = await olga.call('GET', `/api/v1/events/chains/${correlationId}`)
    return body.items.find(({ topic }: { topic: string }) => topic === 'email.sent.v1')
  })
  expect(mailed.depth).toBeGreaterThan(0)
  const { body } = await olga.call('GET', `/api/v1/events/${mailed.id}`)
  expect(body.event).toMatchObject({ specversion: '1.0', correlationid: correlationId })
  expect((await ada.call('GET', `/api/v1/events/${mailed.id}`)).status).toBe(403)
})

test('a muted replay is handled and no mail leaves; a live one sends what was never sent', async () => {
  await eventually('the welcome is there', async () => (await welcomes(ada)) === 1)
  // As if the mail had never been asked for: nothing but the mute keeps it from leaving now.
  await owner.query('delete from notifications.messages where user_id = $1', [ada.userId])
  await replayMails('muted')
  await delay(2_000)
  expect(await welcomes(ada)).toBe(1)
  await replayMails('live')
  await eventually('the live replay has sent it', async () => (await welcomes(ada)) === 2)
  expect(await welcomes(olga)).toBe(1)
})

test('the counts of events are built anew beside the old ones and switched', async () => {
  const model = async () => (await olga.call('GET', '/api/v1/events/read-models')).body.items[0]
  await eventually('events are counted', async () => {
    const { body } = await olga.call('GET', '/api/v1/events/counts?topic=user.registered.v1')
    return body.items[0]?.events >= 2
  })
  const act = (action: string, body?: object) =>
    olga.call('POST', `/api/v1/events/read-models/event-counts/${action}`, body)
  const { generation } = (await act('rebuild')).body.building
  await eventually('the new one says the same', async () => {
    const { building, differing } = await model()
    return building.caughtUp && building.events > 0 && differing === 0
  })
  expect((await act('switch', {})).body).toMatchObject({ active: { generation }, building: null })
})
