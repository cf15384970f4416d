import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { choosePorts } from '../ports.ts'
import { until } from '../system/network.ts'
import { isAlive, processesOf, signal } from '../system/processes.ts'
import { backOff, keepRunning } from './child.ts'
import type { Plan, Planned } from './plan.ts'
import { readState } from './state.ts'
import { type Supervisor, supervise } from './supervise.ts'

const stub = fileURLToPath(new URL('../testing/stub-service.ts', import.meta.url))
const id = `alta_test_${process.pid}`

let home: string
let supervisor: Supervisor | undefined
let said: string[]

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'alta-supervisor-'))
  said = []
})
afterEach(async () => {
  await supervisor?.stop()
  supervisor = undefined
  await rm(home, { recursive: true })
})

async function start(
  services: readonly { name: string; kind?: 'service' | 'sidecar'; mode?: string }[],
): Promise<void> {
  const ports = await choosePorts(
    services.map(({ name }) => name),
    {},
    150,
  )
  const processes = services.map(({ name, kind = 'service', mode }): Planned => {
    const port = ports[name] ?? 0
    return {
      name,
      service: name,
      kind,
      port,
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      command: process.execPath,
      args: [stub, String(port), ...(mode ? [mode] : [])],
      cwd: home,
      env: { PATH: process.env.PATH ?? '', ALTA_PLATFORM: id },
      log: join(home, `${name}.log`),
    }
  })
  const plan: Plan = { id, home, gatewayUrl: '', addresses: {}, settings: '', processes, watch: [] }
  supervisor = supervise(plan, { say: (message) => said.push(message), watching: false })
}

const find = async (name: string) => (await readState(home))?.processes.find((one) => one.name === name)
const becomesReady = (name: string, not?: number): Promise<boolean> =>
  until(
    async () => {
      const one = await find(name)
      return Boolean(one?.ready && one.pid !== not)
    },
    10_000,
    50,
  )

describe('the supervisor', () => {
  it('starts everything and writes down what runs and what is ready', async () => {
    await start([{ name: 'a' }, { name: 'b' }])
    expect(await becomesReady('a')).toBe(true)
    expect(await becomesReady('b')).toBe(true)
    const state = await find('a')
    expect(state?.restarts).toBe(0)
    expect(state?.pid && isAlive(state.pid)).toBe(true)
  })

  it('starts what was killed again, and says so', async () => {
    await start([{ name: 'a' }])
    await becomesReady('a')
    const before = (await find('a'))?.pid ?? 0
    signal(before, 'SIGKILL')
    expect(await becomesReady('a', before)).toBe(true)
    expect(await find('a')).toMatchObject({ restarts: 1, lastEnd: 'SIGKILL' })
    expect(said.some((message) => message.startsWith('a ended (SIGKILL)'))).toBe(true)
  })

  it('starts what ended by itself again, with its exit code in the state', async () => {
    await start([{ name: 'a' }])
    await becomesReady('a')
    const { port = 0, pid } = (await find('a')) ?? {}
    await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined)
    expect(await becomesReady('a', pid)).toBe(true)
    expect((await find('a'))?.lastEnd).toBe('exit 7')
  })

  it('restarts one service on demand, without waiting', async () => {
    await start([{ name: 'a' }, { name: 'b' }])
    await becomesReady('a')
    await becomesReady('b')
    const [a, b] = [(await find('a'))?.pid, (await find('b'))?.pid]
    supervisor?.restartService('a')
    expect(await becomesReady('a', a)).toBe(true)
    expect((await find('b'))?.pid).toBe(b)
  })

  it('ends sidecars before services and leaves no process', async () => {
    await start([{ name: 'a' }, { name: 'a-daprd', kind: 'sidecar' }])
    await becomesReady('a')
    await becomesReady('a-daprd')
    expect((await processesOf(id)).length).toBe(2)
    await supervisor?.stop()
    supervisor = undefined
    expect(await processesOf(id)).toEqual([])
    expect(await readState(home)).toBeUndefined()
    expect(await readFile(join(home, 'a.log'), 'utf8')).toContain('ends')
  })
})

describe('one kept process', () => {
  it('is killed when it does not end in time', async () => {
    const [port = 0] = Object.values(await choosePorts(['x'], {}, 151))
    const child = keepRunning(
      {
        name: 'stubborn',
        command: process.execPath,
        args: [stub, String(port), 'ignore-sigterm'],
        cwd: home,
        env: { PATH: process.env.PATH ?? '', ALTA_PLATFORM: id },
        log: join(home, 'stubborn.log'),
      },
      { say: (message) => said.push(message), changed: () => undefined },
    )
    child.start()
    await until(
      async () => (await readFile(join(home, 'stubborn.log'), 'utf8')).includes('listening'),
      10_000,
      50,
    )
    const pid = child.state().pid ?? 0
    await child.stop(300)
    expect(isAlive(pid)).toBe(false)
    expect(said.join()).toContain('killing it')
  })

  it('is started at once when it is restarted while it waits after failures', async () => {
    const mended = join(home, 'mended')
    const child = keepRunning(
      {
        name: 'broken',
        command: 'sh',
        args: ['-c', `test -f ${mended} && exec sleep 60; exit 3`],
        cwd: home,
        env: { PATH: process.env.PATH ?? '', ALTA_PLATFORM: id },
        log: join(home, 'broken.log'),
      },
      { say: (message) => said.push(message), changed: () => undefined },
    )
    child.start()
    await until(async () => child.state().restarts === 4, 10_000, 20)
    await writeFile(mended, '')
    child.restart()
    const { pid } = child.state()
    expect(pid && isAlive(pid)).toBe(true)
    said = []
    signal(pid ?? 0, 'SIGKILL')
    await until(async () => said.length > 0, 5_000, 20)
    expect(said.join()).toContain('broken ended (SIGKILL)')
    await child.stop(1_000)
  })

  it('waits longer after each failure in a row, up to ten seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map(backOff)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000])
  })
})
