import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import type { Emit } from '@alta/kit/database/database'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { log } from '@alta/kit/telemetry/log'
import type { Kysely } from 'kysely'
import type { TasksSchema } from '../database/schema.ts'
import type { StateStore, TaskChange } from './state-store.ts'
import { decide, nextLook, type Rules } from './task.decide.ts'
import { samePosition, type TaskWork } from './task.work.ts'
import {
  endTurn,
  findFailedItems,
  insertFailures,
  insertLog,
  insertTransitions,
  type Turn,
} from './turn.repository.ts'

/** Failed items that one step of a repetition is given. */
const PORTION = 100

/** Thrown to roll back when another process has taken the task over. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost'
}

export interface TurnResult {
  before: TaskWork | undefined
  work: TaskWork
  changes: TaskChange[]
  log: string[]
}

/**
 * The first half of a turn: what becomes of the task, written to its Dapr state and told by Dapr's outbox. None of it
 * counts before `commitTurn` has recorded it, so whatever goes wrong in between is done again, and what was told
 * of it is a phantom that no consumer believes.
 */
export async function takeTurn(turn: Turn, store: StateStore, rules: Rules, now: Date): Promise<TurnResult> {
  const before = turn.work === null ? undefined : await loadWork(turn, turn.work, store)
  const start = { ...(before ?? newWork(turn)), epoch: turn.epoch }
  const born = before ? [] : [start]
  const { answer, cancel_by: cancelBy, retry } = turn
  const causes = { answer, cancelBy, retry, stepSeconds: turn.step_seconds ?? undefined }
  const decision = decide(start, causes, rules, now)

  const changes: TaskChange[] = []
  let from = before?.state ?? null
  let written: TaskWork | undefined = before && start
  for (const passed of [...born, ...decision.passed]) {
    const change = changeOf(passed, from, now)
    await store.publish(passed, change)
    changes.push(change)
    from = passed.state
    written = passed
  }
  if (decision.work !== written) await store.save(decision.work)
  // Nothing has happened: what is stored stays, with the epoch it has.
  const work = decision.work === start && before ? before : decision.work
  return { before, work, changes, log: decision.log }
}

/**
 * The second half: the record of all of it and the request for the next step, in one transaction.
 * @throws {TurnLost} when the lease is another's by now
 */
export async function commitTurn(
  { tx, emit }: { tx: Kysely<TasksSchema>; emit: Emit },
  turn: Turn,
  { before, work, changes, log: lines }: TurnResult,
): Promise<void> {
  const isAsked = work.waiting === 'step'
  const wasAsked = before?.waiting === 'step' && samePosition(before, work)
  const end = { dueAt: nextLook(work, turn.cancel_by), stillAsked: isAsked && wasAsked }
  if (!(await endTurn(tx, turn, work, end))) {
    throw new TurnLost(`another process has taken task ${turn.id} over`)
  }
  await insertTransitions(tx, turn, changes)
  const taken = turn.answer?.outcome && before && samePosition(turn.answer, before) ? turn.answer : undefined
  await insertFailures(tx, turn, taken?.run ?? 1, taken?.outcome?.failures ?? [])
  await insertLog(tx, turn, [...(taken?.outcome?.log ?? []), ...lines])

  if (!isAsked || wasAsked) return
  const { taskId, type, run, attempt, step, cursor, actor } = work
  const onlyFailed =
    work.repeats === null ? null : await findFailedItems(tx, taskId, work.repeats, { step, size: PORTION })
  // What was stored had been JSON when it was accepted.
  const params = turn.params as TaskParams
  emit(taskStepRequested, { taskId, type, run, attempt, step, params, cursor, onlyFailed, actor })
}

type TaskParams = Parameters<typeof taskStepRequested.subject>[0]['params']

/**
 * The working copy where the record knows it, else the record: a copy that is gone was flushed, one with another
 * transition or an older version was left by a writer who lost his lease or never committed.
 */
async function loadWork(turn: Turn, recorded: TaskWork, store: StateStore): Promise<TaskWork> {
  const copy = await store.read(turn.id)
  if (copy && isRecorded(copy, recorded)) return copy
  log.warn(
    { taskId: turn.id, recorded: recorded.version, found: copy?.version ?? null },
    copy ? 'replaced a state that the record does not know' : 'restored a lost state from the record',
  )
  await store.save(recorded)
  return recorded
}

export const isRecorded = (copy: TaskWork, recorded: TaskWork): boolean =>
  copy.version === recorded.version &&
  copy.transitionId === recorded.transitionId &&
  copy.epoch === recorded.epoch

function newWork(turn: Turn): TaskWork {
  return {
    taskId: turn.id,
    type: turn.type,
    actor: { userId: turn.requested_by, tenantId: turn.tenant_id },
    state: 'pending',
    version: 1,
    transitionId: randomUUIDv7(),
    epoch: turn.epoch,
    ...{ run: 1, attempt: 1, step: 1 },
    ...{ waiting: null, dueAt: null, cursor: null },
    ...{ done: 0, failed: 0, total: null, repeats: null, result: null },
    ...{ error: null, permanent: false },
    ...{ startedAt: null, finishedAt: null, heardAt: null, pace: [] },
  }
}

function changeOf(work: TaskWork, from: TaskWork['state'] | null, now: Date): TaskChange {
  const { taskId, type, transitionId, version, run, attempt, done, failed, total, error } = work
  return {
    ...{
      taskId,
      type,
      transitionId,
      version,
      from,
      to: work.state,
      run,
      attempt,
      done,
      failed,
      total,
      error,
    },
    requestedBy: work.actor.userId,
    at: now.toISOString(),
  }
}
