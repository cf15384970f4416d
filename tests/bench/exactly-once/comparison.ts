import { long, peers, short } from '../config.ts'
import { percentile } from '../figures.ts'
import type { Stage } from '../messaging/stage.ts'
import { alta } from '../peers/alta/alta.ts'
import { celery, celeryAsConfigured } from '../peers/celery/celery.ts'
import type { Contestant } from '../peers/contestant.ts'
import { daprOutbox } from '../peers/dapr-outbox/dapr-outbox.ts'
import { graphileWorker } from '../peers/graphile-worker/graphile-worker.ts'
import { pgBoss } from '../peers/pg-boss/pg-boss.ts'
import { transactionalOutbox } from '../peers/transactional-outbox/transactional-outbox.ts'
import { type Floors, measureCommits, measureFloors } from './floors.ts'
import { holdTransactions } from './held-transaction.ts'
import { delays, type Latencies, type Sustained, settled, sustain } from './phases.ts'

const others: readonly Contestant[] = [
  celery,
  transactionalOutbox,
  daprOutbox,
  celeryAsConfigured,
  graphileWorker,
  pgBoss,
]
const isWanted = ({ name }: Contestant) =>
  peers.length === 0 || peers.some((part) => name.toLowerCase().includes(part))
const contestants: readonly Contestant[] = [alta, ...others.filter(isWanted)]

export const ROUNDS = long || short ? 1 : 3
export const SUSTAINED_SECONDS = long ? 300 : short ? 3 : 10
export const LATENCY_SECONDS = long ? 20 : short ? 2 : 5
/**
 * Before anything is measured. A consumer of the kit notes messages before it handles them for its first 20 s, in case
 * one of them ends the process again, and interpreters compile.
 */
export const WARM_UP_SECONDS = 25
/** Changes a second that everybody can do without a queue. */
export const LIGHT_LOAD = 20
export const HELD_SECONDS = long ? 600 : 0

/** Of one load. */
export interface Delays {
  /** Of all rounds. */
  called: number[]
  committed: number[]
  /** Medians of each round. */
  calledP50: number[]
  committedP50: number[]
}

export interface Standing {
  contestant: Contestant
  sustained: Sustained[]
  /** At half the rate of the round. */
  half: Delays
  /** At the light load. */
  light: Delays
  /** Effects a second in the last tenth of the time that a transaction was held open. */
  held: number[]
  changes: number
  lost: number
  twice: number
  failed?: string
}

export interface Comparison {
  standings: readonly Standing[]
  /** One after another without rest. */
  floors: readonly Floors[]
  /** At the pace of the light load. */
  floorsAtPace: readonly Floors[]
  /** A second: what a commit for each change leaves as a ceiling. */
  commits: readonly number[]
}

/** All systems in turn, round by round; each is started for its turn and gone after it. */
export async function compare(stage: Stage, say: (text: string) => void): Promise<Comparison> {
  const standings = contestants.map(standingOf)
  const floors: Floors[] = []
  const floorsAtPace: Floors[] = []
  const commits: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    floors.push(await measureFloors(stage))
    floorsAtPace.push(await measureFloors(stage, LIGHT_LOAD))
    commits.push(await measureCommits(stage))
    for (const standing of standings) {
      if (standing.failed !== undefined || (standing.contestant.paused && round > 1)) continue
      try {
        await takeTurn(standing)
        say(
          `round ${round}: ${standing.contestant.name}: ${Math.round(standing.sustained.at(-1)?.rate ?? 0)}/s`,
        )
      } catch (error) {
        // A peer that cannot be run here is listed with the reason; the others go on.
        standing.failed = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
        console.error(`✗ ${standing.contestant.name}:`, error)
      }
    }
  }
  return { standings, floors, floorsAtPace, commits }
}

const standingOf = (contestant: Contestant): Standing => ({
  contestant,
  sustained: [],
  half: { called: [], committed: [], calledP50: [], committedP50: [] },
  light: { called: [], committed: [], calledP50: [], committedP50: [] },
  held: [],
  changes: 0,
  lost: 0,
  twice: 0,
})

async function takeTurn(standing: Standing): Promise<void> {
  const { contestant } = standing
  await using system = await contestant.open()
  await delays(system, LIGHT_LOAD, WARM_UP_SECONDS)
  addDelays(standing.light, await delays(system, LIGHT_LOAD, LATENCY_SECONDS))
  const sustained = await sustain(system, contestant.window, SUSTAINED_SECONDS)
  standing.sustained.push(sustained)
  await settled(system, 30)
  addDelays(standing.half, await delays(system, Math.max(5, sustained.rate / 2), LATENCY_SECONDS))
  // Where its own pauses decide, what an open transaction does to tables decides nothing.
  if (HELD_SECONDS > 0 && !contestant.paused) {
    await using _held = await holdTransactions(system.databases)
    await sustain(system, contestant.window, HELD_SECONDS * 0.9)
    standing.held.push((await sustain(system, contestant.window, HELD_SECONDS * 0.1)).rate)
  }
  const counts = await settled(system, 60)
  standing.changes += counts.changes
  standing.lost += counts.changes - counts.effects
  standing.twice += counts.twice
}

function addDelays(known: Delays, { called, committed }: Latencies): void {
  known.called.push(...called)
  known.committed.push(...committed)
  known.calledP50.push(percentile(called, 0.5))
  known.committedP50.push(percentile(committed, 0.5))
}
