import type { EffectLog } from './effect-log.ts'

/** A running way of bringing a committed change to its effect in another service, exactly once. */
export interface System extends AsyncDisposable {
  /** Commits one change for each id, each in a transaction of its own with its message; when each was committed. */
  commit(ids: readonly string[]): Promise<number[]>
  effects: EffectLog
  /** What the tables hold: the truth that the log is held against. */
  count(): Promise<Counts>
  /** Where a transaction may be held open against it. */
  databases: readonly string[]
}

export interface Counts {
  changes: number
  effects: number
  /** Changes whose effect was made more than once. */
  twice: number
}

export interface Contestant {
  name: string
  /** Whether a message crosses a broker, or stays in the database. */
  hop: 'broker' | 'database'
  /** What exactly was run; for the reader of the table. */
  how: string
  /** Most changes that wait for their effect before clients hold back. */
  window: number
  /** Its own pauses decide its figures, so that one round tells as much as several. */
  paused?: boolean
  open(): Promise<System>
}
