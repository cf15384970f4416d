import { setTimeout as delay } from 'node:timers/promises'
import { nameOf, othersFiring, untilAlerts } from './alerts.ts'
import type { Drill, Expected, Scene } from './drill.ts'
import type { Seen } from './users.ts'

/** Longest time for an alert: the longest `for` of these rules, and some looks of Prometheus on a busy machine. */
const PATIENCE_SECONDS = 300

/** Which alerts a fault has made fire. */
export interface Tried {
  readonly drill: Pick<Drill, 'what'>
  readonly alerts: readonly {
    readonly expected: Expected
    /** Seconds since the fault, or since its end; undefined: it did not fire. */
    readonly fires: number | undefined
    /** Seconds since everything was made good; undefined: it did not end while it was waited for. */
    readonly over: number | undefined
  }[]
}

/** What came of one drill. */
export interface Performed extends Tried {
  readonly drill: Drill
  readonly seen: Seen
  /** Seconds until a letter is carried through again. */
  readonly back: number | undefined
  readonly others: readonly string[]
}

export const succeeded = ({ alerts, back }: Performed): boolean =>
  back !== undefined && alerts.every(({ fires, over }) => fires !== undefined && over !== undefined)

/** What another fault has left, or the preparation, is not to be taken for the answer to this one. */
async function untilSilent(prometheus: string, expects: readonly Expected[]): Promise<void> {
  const over = await untilAlerts(prometheus, expects, 'are over', {
    began: Date.now(),
    patience: PATIENCE_SECONDS,
  })
  const left = expects.map(nameOf).filter((name) => !over.has(name))
  if (left.length > 0) throw new Error(`still firing from before: ${left.join(', ')}`)
}

/** @param opened what an interruption puts away: first it makes the fault good again, then it ends what was broken */
export async function perform(drill: Drill, scene: Scene, opened: AsyncDisposableStack): Promise<Performed> {
  const { expects, lasts = 0 } = drill
  const { people, prometheus } = scene
  await untilSilent(prometheus, expects)
  // Also what throws halfway is made good again.
  await using broken = opened.use(new AsyncDisposableStack())
  if (drill.prepare) {
    await drill.prepare(scene, broken)
    await untilSilent(prometheus, expects)
  }
  people.seen()
  const began = Date.now()
  await drill.begin(scene, broken)
  const during = expects.filter(({ afterwards }) => !afterwards)
  const fired = await untilAlerts(prometheus, during, 'fire', { began, patience: PATIENCE_SECONDS })
  await delay(Math.max(0, began + lasts * 1_000 - Date.now()))
  const others = await othersFiring(prometheus, expects)
  const seen = people.seen()
  await broken.disposeAsync()
  const mended = Date.now()
  const since = { began: mended, patience: PATIENCE_SECONDS }
  const [back, later] = await Promise.all([
    people.carriedThrough(PATIENCE_SECONDS).catch(() => undefined), // said in the table
    untilAlerts(
      prometheus,
      expects.filter(({ afterwards }) => afterwards),
      'fire',
      since,
    ),
  ])
  const over = await untilAlerts(prometheus, expects, 'are over', {
    began: mended,
    patience: PATIENCE_SECONDS,
  })
  const alerts = expects.map((expected) => {
    const name = nameOf(expected)
    return { expected, fires: (expected.afterwards ? later : fired).get(name), over: over.get(name) }
  })
  return { drill, alerts, seen, back, others }
}
