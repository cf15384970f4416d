import { outageOf } from './telemetry/outage.ts'

/** A job that every replica runs again and again. */
export interface Repetition {
  /** What it does, as the end of "could not …". */
  name: string
  everySeconds: number
  run(): Promise<unknown>
}

/** Runs a job at its interval, never twice at once; a failure is tried again at the next turn. */
export function repeatedly({ name, everySeconds, run }: Repetition): { stop(): Promise<void> } {
  const outage = outageOf(`could not ${name}; trying again`)
  let turn: Promise<unknown> | undefined
  const timer = setInterval(() => {
    turn ??= run()
      .then(outage.worked, outage.failed)
      .finally(() => {
        turn = undefined
      })
  }, everySeconds * 1_000)
  return {
    /** Ends with the turn that is running. */
    async stop() {
      clearInterval(timer)
      await turn
    },
  }
}
