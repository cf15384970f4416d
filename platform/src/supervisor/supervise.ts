import { setTimeout as sleep } from 'node:timers/promises'
import { httpStatus } from '../system/network.ts'
import { type Child, keepRunning } from './child.ts'
import type { Plan, Planned } from './plan.ts'
import { removeState, writeState } from './state.ts'
import { type LeftBehind, serviceLimit, sidecarLimit, takeOver } from './take-over.ts'

export interface Supervisor {
  /** Restarts one service, every replica of it; its sidecars keep running. */
  restartService(service: string): void
  /** Starts further processes and keeps them running like the others. */
  add(processes: readonly Planned[]): void
  /** Ends these for good: sidecars first, so that no work reaches an app that is going. */
  remove(names: readonly string[]): Promise<void>
  /** Names of what is kept running. */
  names(): string[]
  /** Ends everything: first the sidecars, while their apps still answer them, then the apps. */
  stop(): Promise<void>
  /** Settled when nothing of an earlier supervisor is left to be replaced. */
  readonly takenOver: Promise<void>
}

/**
 * Starts the whole plan, keeps it running and keeps `.alta/supervisor.json` true.
 * @param options.left what an earlier supervisor left behind: replaced service by service
 * @param options.alone services of which two cannot run at the same time
 */
export function supervise(
  plan: Plan,
  options: {
    say: (message: string) => void
    watching: boolean
    left?: readonly LeftBehind[]
    alone?: readonly string[]
  },
): Supervisor {
  const { say, watching, left = [], alone = [] } = options
  const startedAt = new Date().toISOString()
  const ready = new Map<string, boolean>()
  let writing = Promise.resolve()
  let dirty = false
  let stopped = false
  let stopping = false

  const save = async (): Promise<void> => {
    dirty = false
    const processes = children.map(({ planned: { name, service, kind, port, readyUrl }, child }) => {
      return { name, service, kind, port, readyUrl, ready: ready.get(name) ?? false, ...child.state() }
    })
    const { id, home, gatewayUrl, addresses, settings } = plan
    const running = { id, pid: process.pid, startedAt, watching, gatewayUrl, addresses, settings, processes }
    await writeState(home, running)
  }
  const changed = (): void => {
    if (dirty || stopped) return
    dirty = true
    writing = writing.then(save, save)
  }
  const kept = (planned: Planned) => ({ planned, child: keepRunning(planned, { say, changed }) })
  let children: { planned: Planned; child: Child }[] = plan.processes.map(kept)

  const look = async ({ planned, child }: { planned: Planned; child: Child }): Promise<void> => {
    const status = child.state().pid === undefined ? 0 : await httpStatus(planned.readyUrl)
    const now = status >= 200 && status < 300
    if (now === (ready.get(planned.name) ?? false)) return
    if (!children.some((one) => one.child === child)) return
    ready.set(planned.name, now)
    say(`${planned.name} is ${now ? 'ready' : 'no longer ready'}`)
    changed()
  }
  const watchReadiness = async (): Promise<void> => {
    while (!stopped) {
      await Promise.all(children.map(look))
      const all = children.every(({ planned }) => ready.get(planned.name))
      await sleep(all ? 2000 : 300)
    }
  }

  const ofService = (service: string) => children.filter(({ planned }) => planned.service === service)
  for (const { planned, child } of children) {
    if (!left.some(({ service }) => service === planned.service)) child.start()
  }
  changed()
  void watchReadiness()
  const takenOver = takeOver({
    left,
    alone,
    say,
    start: (service) => {
      for (const { child } of ofService(service)) child.start()
    },
    isReady: (service) => ofService(service).every(({ planned }) => ready.get(planned.name)),
    isStopped: () => stopping,
  })

  const end = async (going: typeof children): Promise<void> => {
    const ofKind = (kind: Planned['kind']) => going.filter(({ planned }) => planned.kind === kind)
    await Promise.all(ofKind('sidecar').map(({ child }) => child.stop(sidecarLimit)))
    await Promise.all(ofKind('service').map(({ child }) => child.stop(serviceLimit)))
  }

  return {
    restartService(service) {
      for (const { planned, child } of children) {
        if (planned.service === service && planned.kind === 'service') child.restart()
      }
    },
    add(processes) {
      const more = processes.map(kept)
      children = [...children, ...more]
      for (const { child } of more) child.start()
      changed()
    },
    async remove(names) {
      const going = children.filter(({ planned }) => names.includes(planned.name))
      children = children.filter((one) => !going.includes(one))
      for (const name of names) ready.delete(name)
      changed()
      await end(going)
    },
    takenOver,
    names: () => children.map(({ planned }) => planned.name),
    async stop() {
      say('stopping: sidecars first, then services')
      stopping = true
      await takenOver
      await end(children)
      stopped = true
      await writing
      await removeState(plan.home)
      say('stopped')
    },
  }
}
