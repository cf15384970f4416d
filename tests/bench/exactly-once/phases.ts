import { setTimeout as delay } from 'node:timers/promises'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventually } from '@alta/kit/testing/wait'
import { forSeconds, now } from '../figures.ts'
import type { Counts, System } from '../peers/contestant.ts'

/** Requests to the sender at the same time, and changes in each; every change has a transaction of its own. */
const CLIENTS = 4
const TOGETHER = 10
/** How often changes are made in the open loop. */
const TICK_MS = 5

export interface Sustained {
  /** Effects committed a second. */
  rate: number
  /** What the backlog grew by, as a part of the changes made. */
  growth: number
}

/** Clients make changes as long as fewer than `window` wait for their effect, so that nothing but the pace decides. */
export async function sustain(system: System, window: number, seconds: number): Promise<Sustained> {
  const { effects } = system
  const before = effects.commits.length
  let made = 0
  const waiting = () => made - (effects.commits.length - before)
  const batch = Math.min(TOGETHER, window / CLIENTS)
  const one = async () => {
    if (waiting() > window - CLIENTS * batch) return delay(2)
    await system.commit(Array.from({ length: batch }, () => randomUUIDv7()))
    made += batch
  }
  // As long as it takes to fill the window, so that its filling is not part of the figure.
  await fill(one, waiting, window - 2 * CLIENTS * batch)
  const began = now()
  const [madeBefore, waitingBefore] = [made, waiting()]
  await forSeconds(seconds, CLIENTS, one)
  const ended = began + seconds * 1_000
  const growth = (waiting() - waitingBefore) / Math.max(1, made - madeBefore)
  // What was committed in these seconds may be told a moment later.
  await delay(100)
  const committed = effects.commits.slice(before).filter((at) => at >= began && at < ended).length
  return { rate: committed / seconds, growth }
}

const SHORTEST_FILL_MS = 1_500
const LONGEST_FILL_MS = 15_000

/** Until so many wait, or it is plain that the sender is the slower side and no more ever will. */
async function fill(one: () => Promise<void>, waiting: () => number, target: number): Promise<void> {
  const began = now()
  let most = 0
  let grewAt = began
  const filling = () => {
    if (waiting() > most * 1.1) {
      most = waiting()
      grewAt = now()
    }
    if (now() - began < SHORTEST_FILL_MS) return true
    return waiting() < target && now() - grewAt < SHORTEST_FILL_MS && now() - began < LONGEST_FILL_MS
  }
  const client = async () => {
    while (filling()) await one()
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

export interface Latencies {
  called: number[]
  committed: number[]
}

/** Changes at a fixed rate, whatever becomes of them; milliseconds from each commit to its handler and its effect. */
export async function delays(system: System, perSecond: number, seconds: number): Promise<Latencies> {
  const sent = new Map<string, number>()
  const sending: Promise<void>[] = []
  const began = now()
  let made = 0
  while (now() - began < seconds * 1_000) {
    const due = Math.floor(((now() - began) / 1_000) * perSecond) - made
    if (due > 0) {
      made += due
      const ids = Array.from({ length: due }, () => randomUUIDv7())
      sending.push(
        system.commit(ids).then((committed) => {
          for (const [index, id] of ids.entries()) sent.set(id, committed[index] ?? Number.NaN)
        }),
      )
    }
    await delay(TICK_MS)
  }
  await Promise.all(sending)
  await settled(system, 30)
  const called: number[] = []
  const committed: number[] = []
  for (const [id, at] of sent) {
    const effect = system.effects.byId.get(id)
    if (!effect) continue
    called.push(effect.called - at)
    committed.push(effect.committed - at)
  }
  return { called, committed }
}

/** Waits for the effects of all changes; what the tables hold then. */
export async function settled(system: System, seconds: number): Promise<Counts> {
  const all = async () => {
    const counts = await system.count()
    return counts.effects === counts.changes && system.effects.byId.size === counts.effects && counts
  }
  try {
    return await eventually('every change has its effect', all, seconds)
  } catch {
    // What is missing then counts as lost, and is shown.
    return system.count()
  }
}
