import { median, milliseconds, percentile, perSecond, rateCells, ratio } from '../figures.ts'
import type { Section } from '../report.ts'
import {
  type Comparison,
  type Delays,
  HELD_SECONDS,
  LATENCY_SECONDS,
  LIGHT_LOAD,
  ROUNDS,
  type Standing,
  SUSTAINED_SECONDS,
  WARM_UP_SECONDS,
} from './comparison.ts'
import type { Floors } from './floors.ts'

const ROUND_BY_ROUND = {
  title: 'A committed change, to its effect in another service, exactly once',
  picture: {
    file: 'exactly-once.svg',
    alt: 'Effects a second and milliseconds to the effect, for each system',
  },
}
/** Beside the rounds and not in their place: one turn each cannot say how figures vary. */
const LONG_RUN = {
  title: `The same for ${SUSTAINED_SECONDS / 60} minutes, and ${HELD_SECONDS / 60} with a transaction held open`,
}

/** A committed change until its effect is committed in another service's database, exactly once. */
export function exactlyOnceSection(comparison: Comparison, python: string): Section {
  const { standings, floors, floorsAtPace, commits } = comparison
  const ours = standings[0]
  if (!ours) throw new Error('nobody was measured')
  if (ours.failed !== undefined) throw new Error(`Alta was not measured: ${ours.failed}`)
  const measured = standings.filter(({ sustained }) => sustained.length > 0)
  const peers = measured.filter((standing) => standing !== ours)
  return {
    ...(HELD_SECONDS > 0 ? LONG_RUN : ROUND_BY_ROUND),
    columns: [
      'system',
      'goes through',
      'effects/s, median',
      'range',
      'backlog growth',
      'commit → handler p50 / p90 ms at half the rate',
      'commit → effect',
      `at ${LIGHT_LOAD}/s: commit → handler`,
      'commit → effect',
      'changes',
      'lost',
      'twice',
      ...(HELD_SECONDS > 0 ? ['effects/s, transaction held open'] : []),
    ],
    rows: measured.map((one) => [
      one.contestant.name,
      one.contestant.hop,
      ...rateCells(rates(one)),
      `${(100 * median(one.sustained.map(({ growth }) => growth))).toFixed(1)} %`,
      ...delayCells(one.half),
      ...delayCells(one.light),
      perSecond(one.changes),
      String(one.lost),
      String(one.twice),
      ...(HELD_SECONDS > 0 ? [one.held.length > 0 ? perSecond(median(one.held)) : '–'] : []),
    ]),
    notes: [
      `${ROUNDS} rounds in turn; each system is started for its turn, with fresh databases, is alone on the machine with the broker and PostgreSQL, and warms up for ${WARM_UP_SECONDS} s at ${LIGHT_LOAD} changes a second. Rate: ${SUSTAINED_SECONDS} s in which clients make changes as long as fewer than a fixed number wait for their effect, after the time to fill that. Latency: ${LATENCY_SECONDS} s at fixed instants, at half the rate of that round and at ${LIGHT_LOAD} changes a second. Where its own pauses decide, one round.`,
      'Exactly once is counted in the tables after each turn: changes without an effect are lost, effects made again are twice.',
      ...peers.map(
        (peer) =>
          `Alta against ${peer.contestant.name}: ${against(rates(ours), rates(peer))} the effects a second. Its p50 to the effect against Alta’s: ${against(peer.half.committedP50, ours.half.committedP50)} at half the rate of each, ${against(peer.light.committedP50, ours.light.committedP50)} at ${LIGHT_LOAD}/s.`,
      ),
      `What the way is made of, at ${LIGHT_LOAD}/s, each part measured alone in the same rounds: ${wordsOf(floorsAtPace)}. Alta’s p50 from commit to handler at that pace is ${ratio(ours.light.calledP50, sumsOf(floorsAtPace))} that sum. Its clock starts when the change is committed, and it claims no row that its own process has committed: against publish to confirm alone it is ${ratio(ours.light.calledP50, confirmsOf(floorsAtPace))}.`,
      `The same parts one after another without rest, where no process has to be woken: ${wordsOf(floors)}. Alta’s p50 from commit to handler is ${ratio(ours.light.calledP50, sumsOf(floors))} that sum at ${LIGHT_LOAD}/s, ${ratio(ours.half.calledP50, sumsOf(floors))} at half its rate.`,
      `Ceiling: transactions with a change and a message each, ten at a time with nothing beside them, ${perSecond(median(commits))} a second. Alta reaches ${ratio(rates(ours), commits)} that, with everything else it does on the same cores.`,
      'What stays in the database has no broker to cross and no second database: a smaller job, listed for comparison.',
      `Python peers, from Debian: ${python}.`,
      ...standings.map(({ contestant, failed }) =>
        failed === undefined
          ? `${contestant.name}: ${contestant.how}`
          : `${contestant.name} was not measured to the end: ${failed}`,
      ),
    ],
  }
}

const sumsOf = (floors: readonly Floors[]): number[] =>
  floors.map(({ commit, claim, confirm }) => commit + claim + confirm)

const confirmsOf = (floors: readonly Floors[]): number[] => floors.map(({ confirm }) => confirm)

function wordsOf(floors: readonly Floors[]): string {
  const middle = (part: keyof Floors) => milliseconds(median(floors.map((one) => one[part])))
  return `commit of change and message ${middle('commit')} ms, claim ${middle('claim')} ms, publish to confirm ${middle('confirm')} ms; in sum ${milliseconds(median(sumsOf(floors)))} ms`
}

export const rates = ({ sustained }: Standing): number[] => sustained.map(({ rate }) => rate)

const delayCells = ({ called, committed }: Delays) => [pair(called), pair(committed)]

/** Round by round, as far as both took part. */
const against = (ours: readonly number[], theirs: readonly number[]): string => {
  const rounds = Math.min(ours.length, theirs.length)
  return ratio(ours.slice(0, rounds), theirs.slice(0, rounds))
}

const pair = (values: readonly number[]): string =>
  `${milliseconds(percentile(values, 0.5))} / ${milliseconds(percentile(values, 0.9))}`
