import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database, Emit } from '@alta/kit/database/database'
import { conflict, notFound, unprocessable } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { EventsSchema } from '../database/schema.ts'
import type { Consumers } from './consumers.ts'
import {
  type Answers,
  countAnswers,
  countEvents,
  findReplay,
  findReplays,
  insertReplay,
  lockReplay,
  type Replay,
  saveReplay,
} from './replay.repository.ts'
import type { ReplayEffects, ReplayState } from './replay.tables.ts'

export interface ReplayRequest {
  readonly consumer: string
  readonly from: Date
  readonly to: Date
  readonly topics?: readonly string[] | undefined
  readonly stream?: string | undefined
  readonly effects: ReplayEffects
  readonly eventsPerSecond: number
}

export interface Preview {
  readonly byTopic: readonly { topic: string; events: number; handlers: readonly string[] }[]
  /** Events that would be sent. */
  readonly total: number
}

/** A replay with what became of its copies. */
export interface ReplayProgress extends Replay {
  readonly answers: Answers
}

export type ReplayService = ReturnType<typeof replayService>

const none: Answers = { handled: 0, failed: 0 }

export function replayService(options: {
  database: Database<EventsSchema>
  consumers: Consumers
  clock: () => Date
}) {
  const { database, consumers, clock } = options

  async function preview(tenantId: string, request: ReplayRequest): Promise<Preview> {
    if (!consumers.names.includes(request.consumer)) {
      throw unprocessable('unknown_consumer', `Nothing called ${request.consumer} handles events.`, {
        extensions: { supported: consumers.names },
      })
    }
    const { from, to, topics, stream } = request
    const counts = await database.read(tenantId, (tx) =>
      countEvents(tx, tenantId, { from, to, topics, stream }),
    )
    const byTopic = counts.map((counted) => ({
      ...counted,
      handlers: consumers.handlersOf(request.consumer, counted.topic),
    }))
    const taken = byTopic.filter(({ handlers }) => handlers.length > 0)
    return { byTopic, total: taken.reduce((sum, { events }) => sum + events, 0) }
  }

  const withAnswers = (tenantId: string, replays: readonly Replay[]): Promise<ReplayProgress[]> =>
    database.read(tenantId, async (tx) => {
      const answers = await countAnswers(
        tx,
        replays.map(({ id }) => id),
      )
      return replays.map((replay) => ({ ...replay, answers: answers.get(replay.id) ?? none }))
    })

  async function get(tenantId: string, id: string): Promise<ReplayProgress> {
    const replay = await database.read(tenantId, (tx) => findReplay(tx, id))
    const [found] = await withAnswers(tenantId, replay ? [replay] : [])
    return found ?? refuseUnknown()
  }

  async function start({ tenantId, userId }: Principal, request: ReplayRequest): Promise<ReplayProgress> {
    const { byTopic, total } = await preview(tenantId, request)
    if (total === 0) {
      throw unprocessable('nothing_to_replay', `Nothing that ${request.consumer} handles matches.`)
    }
    const id = randomUUIDv7()
    const topics = byTopic.filter(({ handlers }) => handlers.length > 0).map(({ topic }) => topic)
    const replay = { ...request, id, tenantId, topics, stream: request.stream ?? null, createdBy: userId }
    await database.transaction(tenantId, async ({ tx, emit }) => {
      if (!(await insertReplay(tx, replay))) {
        throw conflict('replay_running', `A replay to ${request.consumer} is not over yet.`)
      }
      requestTask(emit, id, { userId, tenantId })
    })
    return get(tenantId, id)
  }

  /** Changes the state where the replay is in one of `from`; in `to` already it stays there. */
  async function change(
    tenantId: string,
    id: string,
    { from, to, reason }: { from: readonly ReplayState[]; to: ReplayState; reason?: string },
  ): Promise<ReplayProgress> {
    await database.transaction(tenantId, async ({ tx }) => {
      const replay = (await lockReplay(tx, id)) ?? refuseUnknown()
      if (replay.state === to) return
      if (!from.includes(replay.state)) {
        throw conflict(
          'replay_not_in_state',
          `The replay is ${replay.state}; it must be ${from.join(' or ')}.`,
        )
      }
      const endedAt = to === 'stopped' ? clock() : null
      await saveReplay(tx, { ...replay, state: to, reason: reason ?? null, endedAt })
    })
    return get(tenantId, id)
  }

  return {
    preview,
    start,
    get,
    async list(
      tenantId: string,
      wanted: {
        state: ReplayState | undefined
        before: { createdAt: Date; id: string } | undefined
        limit: number
      },
    ): Promise<ReplayProgress[]> {
      return withAnswers(tenantId, await database.read(tenantId, (tx) => findReplays(tx, wanted)))
    },
    pause: (tenantId: string, id: string) => change(tenantId, id, { from: ['sending'], to: 'paused' }),
    resume: (tenantId: string, id: string) => change(tenantId, id, { from: ['paused'], to: 'sending' }),
    /** What was sent already is handled all the same. */
    stop: ({ tenantId, userId }: Principal, id: string) =>
      change(tenantId, id, {
        from: ['sending', 'paused', 'waiting'],
        to: 'stopped',
        reason: `stopped by ${userId}`,
      }),
  }
}

function requestTask(emit: Emit, replayId: string, actor: { userId: string; tenantId: string }): void {
  emit(taskRequested, { taskId: replayId, type: 'event-replay', params: { replayId }, actor })
}

function refuseUnknown(): never {
  throw notFound('replay_not_found', 'There is no such replay.')
}
