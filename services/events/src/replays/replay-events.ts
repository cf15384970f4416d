import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { StepOutcome } from '@alta/contracts/resources/task'
import { PermanentError } from '@alta/kit/events/errors'
import { type StepScope, taskType } from '@alta/kit/tasks/task-type'
import { z } from 'zod'
import type { EventsSchema } from '../database/schema.ts'
import type { Settled } from '../store/settled.ts'
import type { Consumers } from './consumers.ts'
import { ENDED_BY_TASK } from './record-answers.ts'
import {
  type Answers,
  countAnswers,
  countEvents,
  filterOf,
  lockReplay,
  nextEvents,
  type Replay,
  saveReplay,
} from './replay.repository.ts'

/** Copies in one transaction. */
const BATCH = 500
/** Seconds between looks at a replay that is paused. */
const PAUSED_LOOK = 5
const LONGEST_WAIT = 30

/** A copy that only `consumer` handles, once for this replay, with or without what leaves the platform. */
const copyFor = (event: CloudEvent, { id, consumer, effects }: Replay): CloudEvent => ({
  ...event,
  replayfor: consumer,
  replayid: id,
  ...(effects === 'muted' ? { effects } : {}),
})

/**
 * The long operation behind a replay. Where it stands is in the replay's own row, written in the transaction that
 * puts the copies into the outbox: a step that is lost or repeated sends nothing twice and leaves nothing out.
 */
export const replayEvents = (options: { settled: Settled; consumers: Consumers; clock: () => Date }) =>
  taskType<{ replayId: string }, EventsSchema>({
    type: 'event-replay',
    title: 'Send stored events to one consumer again',
    permission: 'operations:write',
    params: z.strictObject({ replayId: z.uuid() }),
    step: ({ replayId }, scope) => takeStep(options, replayId, scope),
  })

async function takeStep(
  options: Parameters<typeof replayEvents>[0],
  replayId: string,
  scope: StepScope<EventsSchema>,
): Promise<StepOutcome> {
  const { tx } = scope
  const found = sendingAgain(await lockReplay(tx, replayId))
  if (!found)
    throw new PermanentError('replay_not_found', 'There is no such replay: begin it where events are.')
  if (scope.onlyFailed) {
    throw new PermanentError('replay_not_repeatable', 'What failed in a replay is among the dead letters.')
  }
  const now = options.clock()
  const moved = await move(found, options, scope, now)
  await saveReplay(tx, moved)
  const answers = (await countAnswers(tx, [replayId])).get(replayId) ?? { handled: 0, failed: 0 }
  const replay = endWhenAnswered(moved, answers, now)
  if (replay !== moved) await saveReplay(tx, replay)
  return {
    done: answers.handled,
    failed: answers.failed,
    total: replay.total,
    cursor: null,
    next: nextLook(replay, now),
    ...(replay.state === found.state ? {} : { log: [`${replay.state}: ${replay.sent} sent`] }),
    result: { replayId, state: replay.state, sent: replay.sent, ...answers },
  }
}

/** A replay whose task goes on although it was told that it has ended: that never happened. */
const sendingAgain = (replay: Replay | undefined): Replay | undefined =>
  replay?.state === 'stopped' && replay.reason?.startsWith(ENDED_BY_TASK)
    ? { ...replay, state: replay.sentAt ? 'waiting' : 'sending', reason: null, endedAt: null }
    : replay

async function move(
  replay: Replay,
  { settled, consumers }: { settled: Settled; consumers: Consumers },
  { tx, forward }: StepScope<EventsSchema>,
  now: Date,
): Promise<Replay> {
  if (replay.state !== 'sending') return replay
  if (replay.horizon === null) {
    // Events up to `to` may still be in a transaction that has not ended.
    const horizon = await settled.position()
    const counts = await countEvents(tx, replay.tenantId, filterOf(replay), horizon)
    const total = counts.reduce((sum, { events }) => sum + events, 0)
    return { ...replay, horizon, total }
  }
  const batch = await nextEvents(tx, replay, Math.min(BATCH, replay.eventsPerSecond))
  for (const { event } of batch) forward(copyFor(event, replay))
  const awaited = batch.reduce(
    (sum, { event }) => sum + consumers.handlersOf(replay.consumer, event.topic).length,
    replay.awaited,
  )
  const last = batch.at(-1)
  return last
    ? { ...replay, position: last.position, sent: replay.sent + batch.length, awaited }
    : { ...replay, state: 'waiting', sentAt: now }
}

const endWhenAnswered = (replay: Replay, { handled, failed }: Answers, now: Date): Replay =>
  replay.state === 'waiting' && handled + failed >= replay.awaited
    ? { ...replay, state: 'completed', endedAt: now }
    : replay

function nextLook({ state, eventsPerSecond, sentAt }: Replay, now: Date): StepOutcome['next'] {
  if (state === 'completed' || state === 'stopped') return 'end'
  if (state === 'paused') return { afterSeconds: PAUSED_LOOK }
  if (state === 'sending') return { afterSeconds: Math.min(BATCH, eventsPerSecond) / eventsPerSecond }
  // The longer the answers take, the more seldom it is asked for them: a consumer may be down for hours.
  const waited = (now.getTime() - (sentAt ?? now).getTime()) / 1_000
  return { afterSeconds: Math.min(LONGEST_WAIT, Math.max(1, waited / 10)) }
}
