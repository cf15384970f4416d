import { expect, test } from 'vitest'
import { z } from 'zod'
import { startApp } from '../http/app-under-test.ts'
import { metricValue } from '../testing/metrics.ts'
import { brokerCheck } from './checks.ts'
import { Degraded, type HealthCheck, healthOf } from './health.ts'

const ok = (name: string, figures?: Record<string, unknown>): HealthCheck => ({
  name,
  check: async () => figures,
})
const down = (name: string, needed = true): HealthCheck => ({
  name,
  needed,
  check: async () => {
    throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
  },
})

async function look(checks: HealthCheck[], hold?: string) {
  const health = healthOf('documents', checks)
  health.hold(hold)
  await using app = await startApp({ open: health.router })
  const get = async (path: string) => {
    const answer = await app.call(path)
    return { status: answer.status, body: z.looseObject({}).parse(await answer.json()) }
  }
  return { ready: await get('/health/ready'), live: await get('/health/live'), all: await get('/health') }
}

test('with everything there it is ready and shows latency and figures', async () => {
  const { ready, all } = await look([ok('postgres', { connections: 3, idle: 2, waiting: 0 }), ok('sidecar')])
  expect(ready).toEqual({
    status: 200,
    body: { service: 'documents', status: 'ok', causes: [], degraded: [] },
  })
  expect(all.body).toMatchObject({
    service: 'documents',
    status: 'ok',
    components: [
      { name: 'postgres', status: 'ok', latencyMs: expect.any(Number), figures: { connections: 3 } },
      { name: 'sidecar', status: 'ok' },
    ],
  })
})

test('what is missing is named as the cause, and the process stays alive', async () => {
  const { ready, live, all } = await look([ok('sidecar'), down('postgres')])
  expect(ready.status).toBe(503)
  expect(ready.body).toMatchObject({ causes: ['postgres: connect ECONNREFUSED 127.0.0.1:5432'] })
  expect(live.status).toBe(200)
  expect([all.status, all.body.status]).toEqual([503, 'unavailable'])
})

test('what is not needed is shown and keeps nobody out', async () => {
  const { ready, all } = await look([down('google', false)])
  expect(ready).toMatchObject({
    status: 200,
    body: { status: 'degraded', causes: [], degraded: ['google: connect ECONNREFUSED 127.0.0.1:5432'] },
  })
  expect(all.status).toBe(200)
  expect(all.body.components).toMatchObject([{ name: 'google', status: 'down', needed: false }])
})

test('what works in part is named with its reason and keeps nobody out', async () => {
  const { ready, all } = await look([
    {
      name: 'files',
      check: async () => {
        throw new Degraded('files cannot be written: ENOSPC')
      },
    },
  ])
  expect(ready).toMatchObject({
    status: 200,
    body: { status: 'degraded', causes: [], degraded: ['files: files cannot be written: ENOSPC'] },
  })
  expect(all.body.components).toMatchObject([{ name: 'files', status: 'degraded' }])
})

test('the broker’s check tells an alarm of the broker from a lost connection', async () => {
  const broker = (ready: boolean, refusal?: string) =>
    brokerCheck({ relay: { ready }, inbox: { running: 0 }, brokerRefusal: () => refusal })
  const degraded = async (check: HealthCheck) => (await healthOf('documents', [check]).report()).degraded
  expect(await degraded(broker(true))).toEqual([])
  expect(await degraded(broker(false, 'low on disk'))).toEqual([
    expect.stringMatching(/^broker: it takes nothing \(low on disk\)/),
  ])
  expect(await degraded(broker(false))).toEqual([expect.stringMatching(/^broker: .* no connection/)])
})

test('it is not ready while it starts or drains', async () => {
  expect((await look([], 'draining')).ready).toMatchObject({ status: 503, body: { causes: ['draining'] } })
  expect((await healthOf('x', []).report()).causes).toEqual(['starting'])
})

test('a check that hangs counts as down', async () => {
  const { components } = await healthOf('x', [
    { name: 'broker', check: () => new Promise(() => undefined) },
  ]).report()
  expect(components).toMatchObject([{ status: 'down', reason: 'no answer within 2000 ms' }])
})

test('many probes at once are one look', async () => {
  let looks = 0
  const health = healthOf('x', [
    {
      name: 'postgres',
      check: async () => {
        looks += 1
        return undefined
      },
    },
  ])
  await Promise.all(Array.from({ length: 20 }, () => health.report()))
  expect(looks).toBe(1)
})

test('metrics are Prometheus text with our names', async () => {
  await using app = await startApp({ open: healthOf('x', []).router })
  await app.call('/nowhere')
  const answer = await app.call('/metrics')
  expect(answer.headers.get('content-type')).toContain('text/plain')
  const text = await answer.text()
  expect(text).toContain('alta_http_request_seconds_bucket')
  expect(text).toContain('route="unmatched"')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
})

test('what a look has found is in the metrics, without another look', async () => {
  await look([
    ok('postgres'),
    down('files'),
    { name: 'broker', check: () => Promise.reject(new Degraded('full')) },
  ])
  const up = (component: string) => metricValue(`alta_component_up{component="${component}"}`)
  expect([await up('postgres'), await up('files'), await up('broker')]).toEqual([1, 0, 1])
  expect(await metricValue('alta_component_degraded{component="broker"}')).toBe(1)
  expect(await metricValue('alta_component_degraded{component="postgres"}')).toBe(0)
})
