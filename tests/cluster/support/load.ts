import { Agent, fetch } from 'undici'
import type { Client } from '../../support/client.ts'

export interface Outcome {
  readonly calls: number
  /** Not answered, or answered otherwise than expected: what was said, and how often. */
  readonly failed: ReadonlyMap<string, number>
  readonly failures: number
  /** Calls a second, over the whole time. */
  readonly rate: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Disposing of it stops it as well. */
export interface Load extends AsyncDisposable {
  /** Of the calls so far. */
  outcome(): Outcome
  /** Waits for what is under way. */
  stop(): Promise<Outcome>
}

/**
 * Questions through the gateway to every service that answers any, at a fixed rate whatever they take; nothing is
 * repeated. Every other call comes by a connection of its own, the rest by such that stay open.
 * @param rate calls a second
 */
export function startLoad(who: Client, projectId: string, rate: number): Load {
  const questions = [
    { path: '/api/v1/auth/me', expected: 200 },
    { path: `/api/v1/documents?projectId=${projectId}&limit=5`, expected: 200 },
    { path: `/api/v1/reviews?projectId=${projectId}&limit=5`, expected: 200 },
    { path: '/api/v1/notifications?limit=5', expected: 200 },
    { path: '/api/v1/projects?limit=5', expected: 200 },
    // By the service itself: whoever asks is no operator.
    { path: '/api/v1/events/counts', expected: 403 },
    { path: '/api/v1/tasks?limit=5', expected: 200 },
  ]
  const kept = new Agent({ connections: 32, keepAliveTimeout: 30_000 })
  const failed = new Map<string, number>()
  const times: number[] = []
  const running = new Set<Promise<void>>()
  const began = Date.now()
  let calls = 0
  let ended: number | undefined

  async function call({ path, expected }: (typeof questions)[number], once: boolean): Promise<void> {
    const agent = once ? new Agent({ pipelining: 0 }) : kept
    const from = performance.now()
    try {
      const headers = { authorization: `Bearer ${who.token}` }
      const signal = AbortSignal.timeout(30_000)
      const response = await fetch(who.gateway + path, { headers, signal, dispatcher: agent })
      const text = await response.text()
      if (response.status !== expected)
        count(`${path.split('?')[0]}: ${response.status} ${text.slice(0, 160)}`)
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error
      count(`${path.split('?')[0]}: ${String(cause)}`)
    } finally {
      times.push(performance.now() - from)
      if (once) void agent.close()
    }
  }

  function count(what: string): void {
    failed.set(what, (failed.get(what) ?? 0) + 1)
  }

  const timer = setInterval(() => {
    // Whatever the timer has missed is made up for: the rate is what was promised.
    const due = Math.floor(((Date.now() - began) / 1000) * rate)
    while (calls < due) {
      const question = questions[calls % questions.length] as (typeof questions)[number]
      calls += 1
      const one = call(question, calls % 2 === 0)
      running.add(one)
      void one.finally(() => running.delete(one))
    }
  }, 10)

  const outcome = (): Outcome => {
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
    const failures = [...failed.values()].reduce((sum, one) => sum + one, 0)
    const seconds = ((ended ?? Date.now()) - began) / 1000
    return { calls, failed, failures, rate: calls / seconds, p50: at(0.5), p99: at(0.99) }
  }

  async function end(): Promise<Outcome> {
    clearInterval(timer)
    ended = Date.now()
    await Promise.all(running)
    await kept.close()
    return outcome()
  }
  let stopped: Promise<Outcome> | undefined
  const stop = () => {
    stopped ??= end()
    return stopped
  }

  return { outcome, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

export const describe = ({ calls, failures, failed, rate, p50, p99 }: Outcome): string =>
  [
    `${calls} calls at ${rate.toFixed(1)}/s, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ${failures} failed`,
    ...[...failed].map(([what, times]) => `  ${times} × ${what}`),
  ].join('\n')
