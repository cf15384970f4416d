import { randomBytes } from 'node:crypto'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anEvent, deleted, inboxUnderTest } from './inbox.fixture.ts'

beforeAll(() => {
  trace.setGlobalTracerProvider(new TracerProvider())
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => {
  trace.disable()
  context.disable()
})

const fixture = inboxUnderTest()
const traceIdOf = (traceparent: string) => traceparent.split('-')[1]

test('what messages of one transaction emit carries on the trace of its own message', async () => {
  const inbox = fixture.open([
    deleted(async ({ projectId }, { emit }) => {
      await new Promise(setImmediate)
      emit(projectDeleted, { projectId })
    }),
  ])
  const events = Array.from({ length: 20 }, () =>
    anEvent({ traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01` }),
  )
  await Promise.all(events.map((event) => inbox.receive(event.topic, event)))
  const { rows } = await fixture.db.admin.query<{ event: string }>('select event from outbox_events')
  const told = new Map(rows.map(({ event }) => [JSON.parse(event).subject, JSON.parse(event).traceparent]))
  expect(told.size).toBe(events.length)
  for (const { subject, traceparent = '' } of events) {
    expect(traceIdOf(told.get(subject))).toBe(traceIdOf(traceparent))
  }
})
