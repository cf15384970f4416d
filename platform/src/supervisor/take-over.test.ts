import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { choosePorts } from '../ports.ts'
import { accepts, until } from '../system/network.ts'
import { isAlive, processesOf, signal } from '../system/processes.ts'
import { startStub } from '../testing/start-stub.ts'
import type { Planned } from './plan.ts'
import { readState, type SupervisorState } from './state.ts'
import { type Supervisor, supervise } from './supervise.ts'
import { type LeftBehind, leftBehind } from './take-over.ts'

const main = fileURLToPath(new URL('../testing/stub-service.ts', import.meta.url))
const id = `alta_test_over_${process.pid}`

let home: string
let supervisor: Supervisor | undefined
let said: string[]
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'alta-take-over-'))
  said = []
})
afterEach(async () => {
  await supervisor?.stop()
  supervisor = undefined
  for (const pid of await processesOf(id)) signal(pid, 'SIGKILL')
  await rm(home, { recursive: true })
})

const planned = (service: string, port: number): Planned => ({
  name: service,
  service,
  kind: 'service',
  port,
  readyUrl: `http://127.0.0.1:${port}/health/ready`,
  command: process.execPath,
  args: [main, String(port)],
  cwd: home,
  env: { PATH: process.env.PATH ?? '', ALTA_PLATFORM: id },
  log: join(home, `${service}.log`),
})

function start(processes: readonly Planned[], left: readonly LeftBehind[], alone: readonly string[] = []) {
  const plan = { id, home, gatewayUrl: '', addresses: {}, settings: '', processes, watch: [] }
  supervisor = supervise(plan, { say: (message) => void said.push(message), watching: false, left, alone })
  return supervisor
}
const old = async (service: string, port: number): Promise<LeftBehind> => ({
  service,
  kind: 'service',
  pid: (await startStub(id, port)).pid,
})

it('replaces what an earlier supervisor left behind, and somebody answers for each service all the time', async () => {
  const names = ['a-old', 'b-old', 'a-new', 'b-new']
  const ports = await choosePorts(names, {}, 152)
  const port = (name: string) => ports[name] ?? 0
  const left = [await old('a', port('a-old')), await old('b', port('b-old'))]
  const unanswered: string[] = []
  let over = false
  const watching = (async () => {
    while (!over) {
      for (const service of ['a', 'b']) {
        // The old one first: it ends only when the new one is there.
        const answers = async () =>
          (await accepts(port(`${service}-old`))) || (await accepts(port(`${service}-new`)))
        // Asked again: a busy machine may let one connection wait for too long.
        if (!(await answers()) && !(await answers())) unanswered.push(service)
      }
    }
  })()

  await start([planned('a', port('a-new')), planned('b', port('b-new'))], left).takenOver
  over = true
  await watching
  expect(unanswered).toEqual([])
  expect(left.filter(({ pid }) => isAlive(pid))).toEqual([])
  await until(async () => (await readState(home))?.processes.every((one) => one.ready) ?? false, 10_000, 50)
  expect((await readState(home))?.processes).toMatchObject([
    { name: 'a', ready: true },
    { name: 'b', ready: true },
  ])
  expect(said.join('\n')).toContain('taking over a (1 of 2)')
})

it('ends the old process first where there can be only one', async () => {
  const { gateway = 0 } = await choosePorts(['gateway'], {}, 152)
  const left = [await old('gateway', gateway)]
  await start([planned('gateway', gateway)], left, ['gateway']).takenOver
  const [process] = (await readState(home))?.processes ?? []
  expect(process).toMatchObject({ restarts: 0 })
  expect(process?.pid).not.toBe(left[0]?.pid)
  expect(await accepts(gateway)).toBe(true)
})

it('does not wait with services of which nothing is left', async () => {
  const ports = await choosePorts(['a', 'b-old', 'b'], {}, 152)
  const left = [await old('b', ports['b-old'] ?? 0)]
  start([planned('a', ports.a ?? 0), planned('b', ports.b ?? 0)], left)
  expect(await until(() => accepts(ports.a ?? 0), 10_000, 50)).toBe(true)
})

it('takes only what runs still for what was left behind', () => {
  const processes = [
    { service: 'a', kind: 'service', pid: 1 },
    { service: 'a', kind: 'sidecar', pid: 2 },
    { service: 'b', kind: 'service' },
  ]
  const last = { processes } as unknown as SupervisorState // the rest of a state is not looked at
  expect(leftBehind(last, [2, 3])).toEqual([{ service: 'a', kind: 'sidecar', pid: 2 }])
  expect(leftBehind(undefined, [2])).toEqual([])
})
