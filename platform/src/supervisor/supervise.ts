import { setTimeout as sleep } from 'node:timers/promises'
import { httpStatus } from '../system/network.ts'
import { type Child, keepRunning } from './child.ts'
import type { Plan, Planned } from './plan.ts'
import { removeState, writeState } from './state.ts'

export interface Supervisor {
  /** Restarts one service; its sidecar keeps running. */
  restartService(service: string): void
  /** Ends everything: first the sidecars, while their apps still answer them, then the apps. */
  stop(): Promise<void>
}

// A sidecar waits up to 20 s for the handlers in flight; the app has no work left by then.
const sidecarLimit = 30_000
const serviceLimit = 25_000

/** Starts the whole plan, keeps it running and keeps `.alta/supervisor.json` true. */
export function supervise(
  plan: Plan,
  options: { say: (message: string) => void; watching: boolean },
): Supervisor {
  const { say, watching } = options
  const startedAt = new Date().toISOString()
  const ready = new Map<string, boolean>()
  let writing = Promise.resolve()
  let dirty = false
  let stopped = false

  const save = async (): Promise<void> => {
    dirty = false
    const processes = children.map(({ planned: { name, service, kind, port, readyUrl }, child }) => {
      return { name, service, kind, port, readyUrl, ready: ready.get(name) ?? false, ...child.state() }
    })
    const { id, home, gatewayUrl, addresses } = plan
    await writeState(home, { id, pid: process.pid, startedAt, watching, gatewayUrl, addresses, processes })
  }
  const changed = (): void => {
    if (dirty || stopped) return
    dirty = true
    writing = writing.then(save, save)
  }
  const children: { planned: Planned; child: Child }[] = plan.processes.map((planned) => ({
    planned,
    child: keepRunning(planned, { say, changed }),
  }))

  const look = async ({ planned, child }: (typeof children)[number]): Promise<void> => {
    const status = child.state().pid === undefined ? 0 : await httpStatus(planned.readyUrl)
    const now = status >= 200 && status < 300
    if (now === (ready.get(planned.name) ?? false)) return
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

  for (const { child } of children) child.start()
  changed()
  void watchReadiness()

  const end = (kind: Planned['kind'], limit: number): Promise<unknown> =>
    Promise.all(children.filter(({ planned }) => planned.kind === kind).map(({ child }) => child.stop(limit)))

  return {
    restartService(service) {
      for (const { planned, child } of children) {
        if (planned.service === service && planned.kind === 'service') child.restart()
      }
    },
    async stop() {
      say('stopping: sidecars first, then services')
      await end('sidecar', sidecarLimit)
      await end('service', serviceLimit)
      stopped = true
      await writing
      await removeState(plan.home)
      say('stopped')
    },
  }
}
