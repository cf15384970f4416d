import { until } from '../system/network.ts'
import { terminate } from '../system/processes.ts'
import type { Planned } from './plan.ts'
import type { SupervisorState } from './state.ts'

/** A process that a supervisor which is gone had started, and that serves still. */
export interface LeftBehind {
  readonly service: string
  readonly kind: Planned['kind']
  readonly pid: number
}

/** Processes of the last supervisor among those that run for this platform. */
export const leftBehind = (last: SupervisorState | undefined, running: readonly number[]): LeftBehind[] =>
  (last?.processes ?? []).flatMap(({ service, kind, pid }) =>
    pid !== undefined && running.includes(pid) ? [{ service, kind, pid }] : [],
  )

/** A sidecar waits up to 20 s for the handlers in flight; the app has no work left by then. */
export const sidecarLimit = 30_000
export const serviceLimit = 25_000
const readyLimit = 60_000

/**
 * Replaces what an earlier supervisor left behind, service by service: the new processes start beside the old ones,
 * which end when those are ready, so that there is somebody to answer all the time.
 * @param alone services of which there can be only one: their old processes end first
 */
export async function takeOver(options: {
  left: readonly LeftBehind[]
  alone: readonly string[]
  say(message: string): void
  start(service: string): void
  isReady(service: string): boolean
  isStopped(): boolean
}): Promise<void> {
  const { left, alone, say, start, isReady, isStopped } = options
  const services = [...new Set(left.map(({ service }) => service))]
  for (const [index, service] of services.entries()) {
    if (isStopped()) return
    const old = left.filter((one) => one.service === service)
    const count = `${index + 1} of ${services.length}`
    say(`taking over ${service} (${count}): ${old.length} processes of an earlier supervisor`)
    if (alone.includes(service)) await end(old)
    start(service)
    const ready = await until(async () => isReady(service) || isStopped(), readyLimit)
    if (isStopped()) return
    if (!ready)
      say(`${service} is not ready after ${readyLimit / 1000} s; its old processes end all the same`)
    await end(old)
  }
}

async function end(old: readonly LeftBehind[]): Promise<void> {
  const pids = (kind: Planned['kind']) => old.filter((one) => one.kind === kind).map(({ pid }) => pid)
  await terminate(pids('sidecar'), sidecarLimit)
  await terminate(pids('service'), serviceLimit)
}
