import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

const report = z.object({
  status: z.string(),
  services: z.array(z.looseObject({ service: z.string(), status: z.string() })),
})

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

/** Every folder that holds a service; a new one that /health does not know fails here. */
const servicesInTheTree = () => {
  const folder = new URL('../../../', import.meta.url)
  return readdirSync(folder).filter(
    (name) => name !== 'gateway' && existsSync(new URL(`${name}/src/main.ts`, folder)),
  )
}

const ask = async (path: string) => {
  const answer = await fetch(gateway.url + path)
  return { status: answer.status, body: report.parse(await answer.json()) }
}

test('/health lists every service with its components and latency', async () => {
  const { status, body } = await ask('/health')
  expect(status).toBe(200)
  expect(body.status).toBe('ok')
  expect(body.services.map(({ service }) => service).sort()).toEqual(servicesInTheTree())
  expect(body.services[0]).toMatchObject({
    status: 'ok',
    latencyMs: expect.any(Number),
    components: [{ name: 'postgres', status: 'ok' }],
  })
})

test('/health says which service is away, without its address', async () => {
  gateway.stub.away.add('ocr')
  await delay(1_100)
  const { status, body } = await ask('/health')
  expect(status).toBe(503)
  expect(body.status).toBe('unavailable')
  const away = body.services.filter(({ status: one }) => one !== 'ok')
  expect(away).toEqual([{ service: 'ocr', status: 'unavailable', latencyMs: expect.any(Number) }])
})

test('/health says which service works in part, and goes on saying that the platform answers', async () => {
  gateway.stub.away.clear()
  gateway.stub.degraded.add('reviews')
  await delay(1_100)
  const { status, body } = await ask('/health')
  expect([status, body.status]).toEqual([200, 'degraded'])
  const partly = body.services.filter(({ status: one }) => one !== 'ok')
  expect(partly).toMatchObject([
    { service: 'reviews', status: 'degraded', components: [{ name: 'postgres', status: 'degraded' }] },
  ])
  expect(JSON.stringify(body)).not.toContain('/var/lib')
})

test('/health/live asks nobody; /health/ready waits for identity, without which nobody can sign in', async () => {
  const fresh = await startGateway()
  const ready = async () => (await fetch(`${fresh.url}/health/ready`)).status
  expect((await fetch(`${fresh.url}/health/live`)).status).toBe(200)
  expect(await ready()).toBe(503)
  await fresh.documents.refresh()
  expect(await ready()).toBe(200)
  await fresh.close()
})
