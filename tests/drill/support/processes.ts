import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import { signal } from '../../../platform/src/system/processes.ts'
import { readPlatform } from '../../support/platform.ts'

export function pidOf(home: string, name: string): number {
  const pid = readPlatform(home).processes.find((one) => one.name === name)?.pid
  if (pid === undefined) throw new Error(`${name} does not run`)
  return pid
}

/** It is there and does nothing. */
export function standStill(home: string, name: string, broken: AsyncDisposableStack): void {
  const pid = pidOf(home, name)
  broken.defer(() => signal(pid, 'SIGCONT'))
  signal(pid, 'SIGSTOP')
}

/** Kills it and waits until whoever watches over it has started another. */
export async function killOnce(home: string, name: string): Promise<void> {
  const pid = pidOf(home, name)
  signal(pid, 'SIGKILL')
  await eventually(`${name} runs again`, () => pidOf(home, name) !== pid, 60)
}

/** Milliseconds of work and of rest. */
const TURN = { works: 150, rests: 1_500 } as const

/** It gets a small share of the processor, in turns, as on a machine that others have taken. */
export function starve(home: string, name: string, broken: AsyncDisposableStack): void {
  const pid = pidOf(home, name)
  let starving = true
  const turns = (async () => {
    while (starving) {
      signal(pid, 'SIGSTOP')
      await delay(TURN.rests)
      signal(pid, 'SIGCONT')
      await delay(TURN.works)
    }
  })()
  broken.defer(async () => {
    starving = false
    await turns
  })
}

/** Everything ends at once and comes back in the order that chance has. */
export async function killAll(home: string): Promise<void> {
  const { processes } = readPlatform(home)
  for (const kind of ['sidecar', 'service'] as const)
    for (const { pid, kind: its } of processes) if (its === kind && pid) signal(pid, 'SIGKILL')
  await eventually(
    'everything is ready again',
    () =>
      readPlatform(home).processes.every(
        ({ ready, name, pid }) => ready && pid !== processes.find((one) => one.name === name)?.pid,
      ),
    180,
  )
}
