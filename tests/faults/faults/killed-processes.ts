import { setTimeout as delay } from 'node:timers/promises'
import type { Amount, Fault, Outcome } from '../fault.ts'
import type { Kept } from '../support/process.ts'
import type { Stage } from '../support/stage.ts'
import { trial } from '../support/trial.ts'

/** Runs one of the services with fail points armed until it was killed so often, or for so many seconds. */
async function atFailPoints(
  stage: Stage,
  which: 'producer' | 'consumer',
  points: string,
  limits: { kills: number; seconds: number },
): Promise<Outcome> {
  const service: Kept = stage[which]
  const restart = async (environment: Record<string, string>) => {
    await service.stop()
    service.start(environment)
    await stage.ready()
  }
  return trial(stage, {
    seconds: 5,
    patience: 180,
    prepare: () => restart({ ...stage.environment[which], ALTA_FAIL_POINTS: points }),
    async inject() {
      const before = service.kills
      const end = Date.now() + limits.seconds * 1_000
      while (Date.now() < end && service.kills - before < limits.kills) await delay(50)
      const runs = service.kills - before
      await restart(stage.environment[which])
      return { runs, note: `${runs} kills at ${points}` }
    },
  })
}

/** At the steps one after another in the long form, at all of them together in the short one. */
async function atEach(
  stage: Stage,
  which: 'producer' | 'consumer',
  points: readonly string[],
  amount: Amount,
  say: (line: string) => void,
): Promise<Outcome> {
  const long = amount.form === 'long'
  const rounds = long ? points : [points.join(',')]
  const outcomes: Outcome[] = []
  for (const round of rounds) {
    const outcome = await atFailPoints(
      stage,
      which,
      round,
      long ? { kills: 40, seconds: 180 } : { kills: 4, seconds: 20 },
    )
    say(`${round}: ${outcome.runs} kills, ${outcome.verdict.committed} changes`)
    outcomes.push(outcome)
  }
  return together(outcomes)
}

/** The sum of several trials of one fault. */
function together(outcomes: readonly Outcome[]): Outcome {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + of(one), 0)
  const longest = (of: (outcome: Outcome) => number) => Math.max(...outcomes.map(of))
  return {
    runs: sum(({ runs }) => runs),
    kills: sum(({ kills }) => kills),
    recoverySeconds: longest(({ recoverySeconds }) => recoverySeconds ?? 0),
    note: outcomes.flatMap(({ note }) => note ?? []).join('; '),
    verdict: {
      committed: sum(({ verdict }) => verdict.committed),
      lost: sum(({ verdict }) => verdict.lost),
      duplicate: sum(({ verdict }) => verdict.duplicate),
      phantom: sum(({ verdict }) => verdict.phantom),
      brokenAnswers: sum(({ verdict }) => verdict.brokenAnswers),
      quietAfter: longest(({ verdict }) => verdict.quietAfter),
    },
  }
}

export const killedProcesses: readonly Fault[] = [
  {
    id: 'F1',
    title: 'application killed before its commit, and after it but before the answer',
    run: (stage, amount, say) =>
      atEach(stage, 'producer', ['app.before-commit:0.01', 'app.after-commit:0.01'], amount, say),
  },
  {
    id: 'F2',
    title: 'relay killed after its claim, in the middle of a batch, and after the publish',
    run: (stage, amount, say) =>
      atEach(
        stage,
        'producer',
        ['relay.after-claim:0.02', 'relay.mid-batch:0.02', 'relay.after-publish:0.02'],
        amount,
        say,
      ),
  },
  {
    id: 'F3',
    title: 'handler killed before its work, after its commit, and after the acknowledgement',
    run: (stage, amount, say) =>
      atEach(
        stage,
        'consumer',
        ['inbox.before-work:0.005', 'inbox.after-commit:0.005', 'inbox.after-ack:0.005'],
        amount,
        say,
      ),
  },
  {
    id: 'F4',
    title: 'sidecar of the consumer killed',
    run: (stage, amount) => {
      const wanted = amount.form === 'long' ? 30 : 3
      return trial(stage, {
        seconds: 5,
        async inject({ killed }) {
          let runs = 0
          while (runs < wanted) {
            await delay(300 + amount.random() * 1_500)
            await stage.daprd.kill()
            killed()
            runs++
            await stage.daprd.start()
          }
          return { runs }
        },
      })
    },
  },
]
