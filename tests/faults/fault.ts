import type { LoadFigures } from './support/load.ts'
import type { Verdict } from './support/oracle.ts'
import type { Stage } from './support/stage.ts'

/** How much of each fault is tried. */
export interface Amount {
  readonly form: 'short' | 'long'
  /** 0 up to 1; seeded, so that a run is repeatable as far as it depends on chance of ours. */
  readonly random: () => number
}

export interface Outcome {
  /** How often the fault was injected. */
  readonly runs: number
  /** Processes ended by SIGKILL. */
  readonly kills: number
  readonly verdict: Verdict
  readonly load?: LoadFigures
  /** From the end of the fault until a change made after it has its effect; null where nothing stood still. */
  readonly recoverySeconds: number | null
  /** One sentence with further figures. */
  readonly note?: string
}

/** One fault of the list in docs/faults.md. Leaves the stage as it found it: everything up, no fault left in. */
export interface Fault {
  /** `F6`. */
  readonly id: string
  readonly title: string
  /** Why this machine cannot inject it; undefined when it can. */
  cannot?(): Promise<string | undefined>
  run(stage: Stage, amount: Amount, say: (line: string) => void): Promise<Outcome>
}
