import type { messageFailed } from '@alta/contracts/events/message-failed.v1'
import type { messageHandled } from '@alta/contracts/events/message-handled.v1'
import type { taskChanged } from '@alta/contracts/events/task-changed.v1'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import type { EventsSchema } from '../database/schema.ts'
import { insertAnswer, lockReplay, saveReplay } from './replay.repository.ts'

/** How the reason of a replay begins that its task has ended, and not a person. */
export const ENDED_BY_TASK = 'its task:'

type Scope = HandlerScope<EventsSchema>

/** message.handled.v1 of a copy that a replay has sent. */
export const recordHandledCopy = (
  { replayId, source, messageId, handler }: z.output<(typeof messageHandled)['schema']>,
  { tx }: Scope,
): Promise<void> => insertAnswer(tx, { replayId, source, messageId, handler, outcome: 'handled' })

/** message.failed.v1: of a copy it is an answer; of anything else it is not this one's business. */
export async function recordFailedCopy(
  { event, handler }: z.output<(typeof messageFailed)['schema']>,
  { tx }: Scope,
): Promise<void> {
  const { replayid: replayId, source, id: messageId } = event
  if (replayId === undefined) return
  await insertAnswer(tx, { replayId, source, messageId, handler, outcome: 'failed' })
}

/**
 * task.changed.v1: a replay whose task has come to a bad end sends no more. Such a change may be told although it
 * never happened; the task's next step then finds the replay stopped and sets it going again.
 */
export async function recordEndOfTask(
  { taskId, to, error }: z.output<(typeof taskChanged)['schema']>,
  { tx, message }: Scope,
): Promise<void> {
  if (to !== 'cancelled' && to !== 'failed') return
  const replay = await lockReplay(tx, taskId)
  if (!replay || replay.endedAt) return
  const reason = `${ENDED_BY_TASK} ${to}${error ? `: ${error.message}` : ''}`
  await saveReplay(tx, { ...replay, state: 'stopped', reason, endedAt: message.time })
}
