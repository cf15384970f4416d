import type { Planned } from './plan.ts'
import { replicaName } from './platform-plan.ts'
import type { Supervisor } from './supervise.ts'

/** Of services that hold something there is only one of: a public port, the mail catcher's port. */
export const single: readonly string[] = ['gateway', 'notifications']
const MOST_REPLICAS = 8

export type Scaled =
  | { outcome: 'scaled'; before: number }
  | { outcome: 'refused'; code: 'service_not_found' | 'not_scalable' | 'too_many_replicas'; detail: string }

interface Scaling {
  supervisor: Pick<Supervisor, 'names' | 'add' | 'remove'>
  apps: readonly string[]
  /** Makes the processes of one replica, ports included. */
  plan(app: string, number: number): Promise<Planned[]>
}

/**
 * Brings services to so many replicas; what was asked last wins. Replicas that go are ended in the background:
 * their sidecars finish what they have begun. One request after the other: two that planned at the same time would
 * both start what was missing, under the same names.
 */
export function scaleOneByOne(scaling: Scaling): (app: string, replicas: number) => Promise<Scaled> {
  let last: Promise<unknown> = Promise.resolve()
  return (app, replicas) => {
    const scaled = last.then(() => scaleService(scaling, app, replicas))
    // Whoever asked hears of a failure; the next one does not.
    last = scaled.catch(() => undefined)
    return scaled
  }
}

async function scaleService(
  { supervisor, apps, plan }: Scaling,
  app: string,
  replicas: number,
): Promise<Scaled> {
  if (!apps.includes(app)) {
    return { outcome: 'refused', code: 'service_not_found', detail: `There is no service ${app}.` }
  }
  if (single.includes(app) && replicas > 1) {
    const detail = `On one machine there can be only one ${app}: it holds a port that others know.`
    return { outcome: 'refused', code: 'not_scalable', detail }
  }
  if (replicas > MOST_REPLICAS) {
    const detail = `This machine runs at most ${MOST_REPLICAS} replicas of a service.`
    return { outcome: 'refused', code: 'too_many_replicas', detail }
  }
  const running = supervisor.names()
  const numbers = Array.from({ length: MOST_REPLICAS }, (_, index) => index + 1)
  const present = numbers.filter((number) => running.includes(replicaName(app, number)))
  const missing = numbers.filter((number) => number <= replicas && !present.includes(number))
  for (const number of missing) supervisor.add(await plan(app, number))
  const going = present
    .filter((number) => number > replicas)
    .map((number) => replicaName(app, number))
    .flatMap((name) => [name, `${name}-daprd`])
  if (going.length > 0) void supervisor.remove(going)
  return { outcome: 'scaled', before: present.length }
}
