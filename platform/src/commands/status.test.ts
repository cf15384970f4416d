import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Checkout, describeCheckout } from '../checkout.ts'
import { readSettings } from '../settings.ts'
import { writePlaces } from '../supervisor/places.ts'
import { type SupervisorState, writeState } from '../supervisor/state.ts'
import { claim } from '../system/mutex.ts'
import { signal } from '../system/processes.ts'
import { type Stub, startStub } from '../testing/start-stub.ts'
import { status, uptime } from './status.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

it('says for how long something has been running, in the two units that matter', () => {
  expect(uptime('2026-11-22T11:59:18Z', now)).toBe('42 s')
  expect(uptime('2026-11-22T11:57:00Z', now)).toBe('3 min')
  expect(uptime('2026-11-22T09:55:00Z', now)).toBe('2 h 5 min')
  expect(uptime('2026-11-19T09:00:00Z', now)).toBe('3 d 3 h')
  expect(uptime(undefined, now)).toBe('–')
})

let checkout: Checkout
let answer: { status: number; body: unknown }
let service: Server
const stubs: Stub[] = []

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'alta-status-'))
  checkout = describeCheckout(root, { ...readSettings(root), ALTA_INSTANCE: '' })
  await mkdir(checkout.home, { recursive: true })
  await writePlaces(checkout.home, {
    postgres: { host: '127.0.0.1', port: 1, database: 'x', ownerUrl: 'postgres://127.0.0.1:1' },
    redisUrl: 'redis://127.0.0.1:1',
    rabbitmqUrl: 'amqp://127.0.0.1:1',
    rabbitmqManagementUrl: '',
    daprd: 'daprd',
  })
  answer = { status: 200, body: { service: 'documents', status: 'ok', causes: [], degraded: [] } }
  service = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer.body))
  })
  await once(service.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  process.exitCode = 0
  for (const { pid } of stubs.splice(0)) signal(pid, 'SIGKILL')
  service.close()
  await rm(checkout.root, { recursive: true })
})

async function runsUnder(supervisor: number, pid: number): Promise<void> {
  const address = service.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const state: SupervisorState = {
    id: checkout.id,
    pid: supervisor,
    startedAt: new Date().toISOString(),
    watching: false,
    settings: '',
    gatewayUrl: 'http://localhost:8080',
    addresses: {},
    processes: [
      {
        name: 'documents',
        service: 'documents',
        kind: 'service',
        pid,
        port,
        readyUrl: `http://127.0.0.1:${port}/health/ready`,
        ready: true,
        restarts: 0,
      },
    ],
  }
  await writeState(checkout.home, state)
}

async function shown(): Promise<string> {
  const told: string[] = []
  const spy = vi.spyOn(console, 'log').mockImplementation((text = '') => void told.push(text))
  await status(checkout).finally(() => spy.mockRestore())
  return stripVTControlCharacters(told.join('\n'))
}

it('shows a healthy service as healthy', async () => {
  await runsUnder(process.pid, process.pid)
  expect(await shown()).toMatch(/documents +\d+ +\d+ +healthy/)
  expect(process.exitCode).toBe(0)
})

it('names what a service works without, with the service’s own reason', async () => {
  const degraded = ['broker: it takes nothing (low on disk); events wait in the outbox']
  answer = { status: 200, body: { service: 'documents', status: 'degraded', causes: [], degraded } }
  await runsUnder(process.pid, process.pid)
  const text = await shown()
  expect(text).toMatch(/documents +\d+ +\d+ +degraded: broker/)
  expect(text).toContain('it takes nothing (low on disk)')
  expect(process.exitCode).toBe(1)
})

it('says why a service is not ready', async () => {
  answer = { status: 503, body: { status: 'unavailable', causes: ['postgres: connect ECONNREFUSED'] } }
  await runsUnder(process.pid, process.pid)
  const text = await shown()
  expect(text).toContain('not ready (503)')
  expect(text).toContain('postgres: connect ECONNREFUSED')
})

it('says that the supervisor is gone, how many processes run still, and what to do', async () => {
  const [dead, left] = [await startStub(checkout.id), await startStub(checkout.id)]
  stubs.push(left)
  signal(dead.pid, 'SIGKILL')
  await dead.ended
  await runsUnder(dead.pid, left.pid)
  const text = await shown()
  expect(text).toContain('The supervisor is gone. Processes that still run: 1; nothing restarts them.')
  expect(text).toContain('make up')
  expect(text).toMatch(/documents +\d+ +\d+ +healthy/)
  expect(text).not.toContain('not running here')
  expect(process.exitCode).toBe(1)
})

it('says that Alta does not run when nothing of it does', async () => {
  expect(await shown()).toContain('Alta is not running here')
  expect(process.exitCode).toBe(3)
})

it('does not say that it has to be started while a make up is at work', async () => {
  const turn = await claim(`up-${checkout.id}`)
  const text = await shown()
  turn?.release()
  expect(text).toContain('a make up of this checkout is at work')
  expect(text).not.toContain('Start it')
  expect(process.exitCode).toBe(3)
})
