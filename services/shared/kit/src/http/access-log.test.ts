import { context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { Router } from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { anyone } from '../auth/policy.ts'
import { exposition } from '../telemetry/metrics.ts'
import { metricValue } from '../testing/metrics.ts'
import { startApp } from './app-under-test.ts'
import { route } from './route.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanContext = { traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED }

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

const thing = route({
  method: 'get',
  path: '/things/:id',
  summary: 'A thing',
  tag: 'tests',
  policy: anyone,
  params: z.object({ id: z.string() }),
  answers: { 204: { description: 'It is there' } },
  handle: async () => ({ status: 204 }),
})

const count = (method: string, path: string, status: number) =>
  metricValue(`alta_http_request_seconds_count{method="${method}",route="${path}",status="${status}"}`)

test('requests are counted by the route that was declared, never by the path that was asked for', async () => {
  await using app = await startApp({ routes: [thing] })
  for (let id = 0; id < 30; id++) await app.call(`/things/${id}`)
  for (let id = 0; id < 30; id++) await app.call(`/elsewhere/${id}`)
  await expect.poll(() => count('GET', '/things/:id', 204)).toBe(30)
  await expect.poll(() => count('GET', 'unmatched', 404)).toBe(30)
  expect((await exposition(undefined)).body).not.toContain('elsewhere')
})

test('an odd method makes no label of its own', async () => {
  await using app = await startApp({ routes: [thing] })
  for (const method of ['PROPFIND', 'MKCOL', 'LOCK']) await app.call('/things/1', { method })
  await expect.poll(() => count('other', '/things/:id', 405)).toBe(3)
})

test('what is being answered is in flight, and nothing is left behind', async () => {
  const entered = Promise.withResolvers<void>()
  const leave = Promise.withResolvers<void>()
  const slow = route({
    method: 'get',
    path: '/slow',
    summary: 'Slow',
    tag: 'tests',
    policy: anyone,
    answers: { 204: { description: 'At last' } },
    handle: async () => {
      entered.resolve()
      await leave.promise
      return { status: 204 }
    },
  })
  await using app = await startApp({ routes: [slow] })
  const call = app.call('/slow')
  await entered.promise
  expect(await metricValue('alta_http_requests_in_flight')).toBe(1)
  leave.resolve()
  await call
  await expect.poll(() => metricValue('alta_http_requests_in_flight')).toBe(0)
})

test('a measurement leads to its trace', async () => {
  // As the HTTP instrumentation does it, around everything that the app does.
  const traced = Router().use((_request, _response, next) =>
    context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), next),
  )
  await using app = await startApp({ routes: [thing], open: traced })
  await app.call('/things/1')
  await expect
    .poll(async () => (await exposition('application/openmetrics-text')).body)
    .toContain(`# {trace_id="${traceId}"}`)
})
