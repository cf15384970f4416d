import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { exposition } from '../telemetry/metrics.ts'
import { metricValue } from '../testing/metrics.ts'
import { anEvent, counting, deleted, inboxUnderTest } from './inbox.fixture.ts'
import { inboxFigures } from './inbox.ts'

const under = inboxUnderTest()
const { topic } = anEvent()
const lagCount = () => metricValue(`alta_inbox_lag_seconds_count{topic="${topic}"}`)
let before = 0
beforeEach(async () => {
  before = (await lagCount()) ?? 0
})

test('the time from an event to its effect counts once, however often it is delivered', async () => {
  const inbox = under.open([counting()])
  const event = anEvent({ time: new Date(Date.now() - 2_000).toISOString() })
  await inbox.receive(topic, event)
  await inbox.receive(topic, event)
  expect(await lagCount()).toBe(before + 1)
  expect(await metricValue(`alta_inbox_lag_seconds_sum{topic="${topic}"}`)).toBeGreaterThan(2)
})

test('a replayed copy says nothing about the way of events', async () => {
  const inbox = under.open([counting()])
  await inbox.receive(topic, anEvent({ replayfor: under.db.database.appId, replayid: crypto.randomUUID() }))
  expect(await lagCount()).toBe(before)
})

test('a message that waits for another attempt is counted as parked, with its age', async () => {
  const inbox = under.open([deleted(() => Promise.reject(new Error('not today')))], { INBOX_RETRY_DELAY: 60 })
  await inbox.receive(topic, anEvent())
  await delay(20)
  const figures = await inboxFigures(under.db.database.pool)
  expect(figures).toMatchObject({ parked: 1, failed: 0 })
  expect(figures.oldestSeconds).toBeGreaterThan(0)
})

test('what is at work is seen while it is, and a handler’s measurement leads to the event’s trace', async () => {
  const entered = Promise.withResolvers<void>()
  const leave = Promise.withResolvers<void>()
  const inbox = under.open([
    deleted(async () => {
      entered.resolve()
      await leave.promise
    }),
  ])
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  // Exemplars are taken a few times a second, and the tests before have just had theirs.
  await delay(250)
  const handling = inbox.receive(topic, anEvent({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` }))
  await entered.promise
  expect(await metricValue(`alta_inbox_in_flight{topic="${topic}"}`)).toBe(1)
  leave.resolve()
  await handling
  expect(await metricValue(`alta_inbox_in_flight{topic="${topic}"}`)).toBe(0)
  expect((await exposition('application/openmetrics-text')).body).toContain(`# {trace_id="${traceId}"}`)
})
