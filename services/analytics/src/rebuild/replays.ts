import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { Problem } from '@alta/kit/errors'
import { z } from 'zod'
import { countedTopics } from '../model/facts.ts'
import { followedTopics } from '../projects/follow-projects.ts'

const replay = z.object({
  id: z.uuid(),
  state: z.enum(['sending', 'paused', 'waiting', 'completed', 'stopped']),
  total: z.number().int().nullable(),
  handled: z.number().int(),
  failed: z.number().int(),
})

/** How far the events service is with sending what it has stored. */
export type Replay = z.infer<typeof replay>

/** Asks the events service, under the caller's own token, for what has happened so far. */
export interface Replays {
  /**
   * @returns undefined when nothing is stored that counts here
   * @throws {Problem} 409 `replay_running`, and whatever else it refuses
   */
  start(until: Date): Promise<Replay | undefined>
  /** @returns undefined for one that is forgotten */
  get(id: string): Promise<Replay | undefined>
  /** What was sent already is handled all the same. */
  stop(id: string): Promise<void>
}

const problem = z.looseObject({ code: z.string(), detail: z.string().optional() })

export function replaysThrough(sidecar: Pick<Sidecar, 'invoke'>): Replays {
  async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Replay | undefined> {
    const answer = await sidecar.invoke('events', path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const given = await json(Readable.from(answer.body))
    if (answer.status < 300) return replay.parse(given)
    const refused = problem.safeParse(given)
    const code = refused.data?.code ?? 'upstream_failed'
    if (code === 'nothing_to_replay' || code === 'replay_not_found') return undefined
    throw new Problem({
      status: answer.status,
      code,
      detail: refused.data?.detail ?? `The service events answered ${answer.status}.`,
      extensions: { upstream: 'events' },
    })
  }

  return {
    start: (until) =>
      ask('POST', '/api/v1/events/replays', {
        consumer: 'analytics',
        from: '2000-01-01T00:00:00Z',
        to: until.toISOString(),
        topics: [...countedTopics, ...followedTopics],
      }),
    get: (id) => ask('GET', `/api/v1/events/replays/${id}`),
    async stop(id) {
      await ask('POST', `/api/v1/events/replays/${id}/stop`)
    },
  }
}
