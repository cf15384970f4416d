import { randomUUID } from 'node:crypto'
import { type Problem, unavailable } from '@alta/kit/errors'
import { log } from '@alta/kit/telemetry/log'
import { type Circuit, type CircuitRules, type Command, step } from './circuit.ts'
import { countChange, countRefusal, showCircuit } from './circuit-metrics.ts'
import type { Changed, SharedCircuits } from './shared-circuits.ts'

/** One call of an upstream that was let through. The first word about it counts. */
export interface Passage {
  succeeded(): Promise<void>
  failed(reason: string): Promise<void>
  /** It ended in a way that says nothing about the upstream. */
  left(): Promise<void>
}

export interface Circuits {
  /**
   * @param mayTry whether the call may be a trial: not one that lasts as long as its caller likes, such as an upload,
   *   for a few of those would hold all places, and the circuit would stay open for everybody
   * @throws {Problem} 503 `circuit_open`, at once
   */
  enter(upstream: string, mayTry?: boolean): Promise<Passage>
  /** Whether `enter` would let nobody in now, not by way of trial either. */
  isShut(upstream: string): boolean
  /** Opens or closes for all gateways. @throws {Problem} 503 `unavailable` when it cannot be told to all of them */
  byHand(upstream: string, command: Command): Promise<Circuit | undefined>
  /** Those that are not closed, as this gateway knows them; times by its own clock. */
  known(): ReadonlyMap<string, Circuit>
  /** Whether the others are heard of. */
  readonly shared: boolean
  /** Hears of what the others have changed. */
  look(): Promise<void>
}

/** Nobody knows when a circuit that was opened by hand will be closed: come and see so often. */
const BY_HAND_RETRY_SECONDS = 30

/**
 * One circuit for each upstream. Closed ones cost a call nothing: what the others have found is looked up every
 * so often and not for each request. While Redis is away each gateway has circuits of its own.
 * @param clock milliseconds
 */
export function circuits(
  shared: SharedCircuits,
  rules: CircuitRules,
  clock: () => number = Date.now,
): Circuits {
  const known = new Map<string, Circuit>()
  const failures = new Map<string, number>()
  let isShared = true

  function note(upstream: string, after: Circuit | undefined, changedHere: boolean): void {
    const before = known.get(upstream)
    if (after) known.set(upstream, after)
    else known.delete(upstream)
    const from = before?.state ?? 'closed'
    const to = after?.state ?? 'closed'
    if (from === to) return
    if (to !== 'half_open') failures.delete(upstream)
    showCircuit(upstream, to)
    const told = { upstream, from, to, reason: after?.reason ?? before?.reason }
    if (!changedHere) {
      log.info(told, 'another gateway has changed a circuit')
      return
    }
    countChange(upstream, to)
    if (to === 'open') log.warn(told, 'a circuit is open')
    else log.info(told, 'a circuit has changed')
  }

  function setShared(answers: boolean, error?: unknown): void {
    if (answers === isShared) return
    isShared = answers
    if (answers) log.info('circuits are shared by all gateways again')
    else log.warn({ err: error }, 'Redis is away: each gateway has circuits of its own')
  }

  async function change(upstream: string, command: Command): Promise<boolean> {
    if (isShared) {
      try {
        const changed = await shared.change(upstream, command)
        note(upstream, byOwnClock(changed), true)
        return changed.granted
      } catch (error) {
        setShared(false, error)
      }
    }
    const { circuit, granted } = step(known.get(upstream), command, { rules, now: clock() })
    note(upstream, circuit, true)
    return granted
  }

  const byOwnClock = ({ after, now }: Pick<Changed, 'after' | 'now'>): Circuit | undefined =>
    after && moved(after, clock() - now)

  function refusal(upstream: string): Problem {
    countRefusal(upstream)
    const circuit = known.get(upstream)
    const waitMs = circuit?.byHand ? BY_HAND_RETRY_SECONDS * 1000 : (circuit?.until ?? 0) - clock()
    const why = circuit?.byHand ? 'it was taken out by hand' : 'it has failed too often'
    return unavailable('circuit_open', `The service ${upstream} is not asked right now: ${why}.`, {
      retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
      extensions: { upstream },
    })
  }

  /** Without asking anybody: as long as nothing can have changed, or the trials are others' already. */
  function isRefused({ state, until, trials, byHand }: Circuit): boolean {
    const now = clock()
    if (byHand || (state === 'open' && now < until)) return true
    return Object.values(trials).filter((end) => end > now).length >= rules.trials
  }

  function trial(upstream: string, id: string): Passage {
    return once({
      succeeded: () => change(upstream, { kind: 'success', id }),
      failed: () => change(upstream, { kind: 'failure', id }),
      left: () => change(upstream, { kind: 'release', id }),
    })
  }

  function ordinary(upstream: string): Passage {
    return once({
      async succeeded() {
        failures.delete(upstream)
      },
      async failed(reason) {
        const count = (failures.get(upstream) ?? 0) + 1
        failures.set(upstream, count)
        if (count >= rules.failures) await change(upstream, { kind: 'open', reason })
      },
      async left() {},
    })
  }

  return {
    async enter(upstream, mayTry = true) {
      const circuit = known.get(upstream)
      if (!circuit) return ordinary(upstream)
      if (!mayTry || isRefused(circuit)) throw refusal(upstream)
      const id = randomUUID()
      if (!(await change(upstream, { kind: 'trial', id }))) throw refusal(upstream)
      return known.has(upstream) ? trial(upstream, id) : ordinary(upstream)
    },
    isShut(upstream) {
      const circuit = known.get(upstream)
      return circuit !== undefined && isRefused(circuit)
    },
    async byHand(upstream, command) {
      try {
        const changed = await shared.change(upstream, command)
        note(upstream, byOwnClock(changed), true)
      } catch (error) {
        throw unavailable('unavailable', 'The gateways cannot tell each other right now.', { cause: error })
      }
      return known.get(upstream)
    },
    known: () => known,
    get shared() {
      return isShared
    },
    async look() {
      try {
        const { now, circuits: found } = await shared.read()
        setShared(true)
        for (const upstream of new Set([...known.keys(), ...found.keys()])) {
          note(upstream, byOwnClock({ after: found.get(upstream), now }), false)
        }
      } catch (error) {
        setShared(false, error)
      }
    },
  }
}

const moved = (circuit: Circuit, by: number): Circuit => ({
  ...circuit,
  since: circuit.since + by,
  until: circuit.byHand ? circuit.until : circuit.until + by,
  trials: Object.fromEntries(Object.entries(circuit.trials).map(([id, until]) => [id, until + by])),
})

function once(passage: { [Word in keyof Passage]: (reason: string) => Promise<unknown> }): Passage {
  let isOver = false
  const first =
    (word: keyof Passage) =>
    async (reason = '') => {
      if (isOver) return
      isOver = true
      await passage[word](reason)
    }
  return { succeeded: first('succeeded'), failed: first('failed'), left: first('left') }
}
