import { setTimeout as delay } from 'node:timers/promises'
import { taskTypeAnnounced } from '@alta/contracts/events/task-type-announced.v1'
import { PermanentError } from '@alta/kit/events/errors'
import { taskType } from '@alta/kit/tasks/task-type'
import { eventually } from '@alta/kit/testing/wait'
import { z } from 'zod'
import type { RunningTasks } from './running-tasks.fixture.ts'

/** How often each item was done, by the word that a test gives its task. */
const counts = new Map<string, Map<number, number>>()
const rounds = new Map<string, number>()

export const timesDone = (word: string): number[] => [...(counts.get(word)?.values() ?? [])]

/** Counts from 1 to `to`, one in each step, and can be told to misbehave. */
export const counting = taskType({
  type: 'counting',
  title: 'Counts',
  permission: 'tasks:write',
  stepSeconds: 2,
  params: z.object({
    word: z.string(),
    to: z.number().int().min(1).max(1000),
    /** Items that fail in the first run. */
    failing: z.array(z.number()).default([]),
    /** The step of this item throws so many times. */
    breaks: z.object({ at: z.number(), times: z.number(), permanent: z.boolean().default(false) }).optional(),
    /** The step of this item takes so many milliseconds. */
    slow: z.object({ at: z.number(), milliseconds: z.number() }).optional(),
    pauseSeconds: z.number().optional(),
  }),
  async step({ word, to, failing, breaks, slow, pauseSeconds }, { cursor, onlyFailed }) {
    if (onlyFailed) {
      const total = onlyFailed.items.length
      for (const item of onlyFailed.items) note(word, Number(item))
      return { done: total, failed: 0, total, cursor: null, next: onlyFailed.more ? 'now' : 'end' }
    }
    const { item, done, failed } = z
      .object({ item: z.number(), done: z.number(), failed: z.number() })
      .parse(cursor ?? { item: 1, done: 0, failed: 0 })
    if (slow?.at === item) await delay(slow.milliseconds)
    const round = (rounds.get(word) ?? 0) + 1
    if (breaks?.at === item && round <= breaks.times) {
      rounds.set(word, round)
      if (breaks.permanent) throw new PermanentError('cannot_count', `nobody can count to ${item}`)
      throw new Error(`stumbled at ${item}`)
    }
    const fails = failing.includes(item)
    if (!fails) note(word, item)
    const counted = { done: done + (fails ? 0 : 1), failed: failed + (fails ? 1 : 0) }
    const next = pauseSeconds === undefined ? ('now' as const) : { afterSeconds: pauseSeconds }
    return {
      ...counted,
      total: to,
      cursor: { item: item + 1, ...counted },
      next: item < to ? next : 'end',
      log: [`counted ${item}`],
      failures: fails ? [{ item: String(item), reason: `does not like ${item}` }] : [],
      result: { counted: counted.done },
    }
  },
})

function note(word: string, item: number): void {
  const of = counts.get(word) ?? new Map<number, number>()
  counts.set(word, of.set(item, (of.get(item) ?? 0) + 1))
}

/** A type that was announced and whose service then went away for good. */
export async function announceOrphaned(
  { database, someone, admin }: RunningTasks,
  stepSeconds = 1,
): Promise<void> {
  await database.transaction(someone.tenantId, async ({ emit }) => {
    const facts = { title: 'Lost', app: 'gone', permission: 'tasks:write', params: { type: 'object' } }
    emit(taskTypeAnnounced, { type: 'orphaned', stepSeconds, ...facts })
  })
  await eventually('the type is known', async () => {
    const { rows } = await admin.query(
      `select 1 from task_types where type = 'orphaned' and step_seconds = $1`,
      [stepSeconds],
    )
    return rows.length > 0
  })
}
