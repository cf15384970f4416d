import { conflict, notFound } from '@alta/kit/errors'
import { type TaskType, taskType } from '@alta/kit/tasks/task-type'
import { z } from 'zod'
import { jsonPatch } from './patch.ts'
import { findProposal, type Proposal } from './proposal.repository.ts'
import { refuseEverythingByFilter } from './refuse-everything.ts'
import { paceOptions, proposalParams, restoreParams, retryParams } from './retry.params.ts'
import { type RetryMeans, type RetryScope, retryPortion } from './retry.run.ts'
import { requireSelection, type Selection, selection } from './selection.ts'
import { discardNext, restoreNext } from './sweep.repository.ts'
import { sweepPortion } from './sweep.run.ts'

const until = z.iso.datetime()
export const editDetails = z.object({ until, patch: jsonPatch, pace: paceOptions })
export const discardDetails = z.object({ until, days: z.number().int() })

const asDate = (time: string | undefined): Date | undefined =>
  time === undefined ? undefined : new Date(time)

/** What is done to dead letters takes its time: each is a task with progress that can be stopped. */
export const deadLetterTasks = (means: RetryMeans): TaskType[] => [
  taskType({
    type: 'dead-letter-retry',
    title: 'Retry dead letters, a few first',
    permission: 'operations:write',
    params: retryParams,
    step: async ({ selection: wanted, until: time, ...pace }, scope: RetryScope) => {
      await demandAgain(scope, wanted, time)
      return retryPortion(means, { selection: wanted, until: asDate(time), pace }, scope)
    },
  }),
  taskType({
    type: 'dead-letter-edit',
    title: 'Edit dead letters as it was agreed, and retry them',
    permission: 'operations:write',
    params: proposalParams,
    step: async ({ proposal: id }, scope: RetryScope) => {
      const proposal = await agreedUpon(scope, id, 'edit')
      const { patch, pace, until: time } = editDetails.parse(proposal.details)
      const edit = { patch, by: proposal.proposed_by, proposal: id }
      const wanted = selection.parse(proposal.selection)
      return retryPortion(means, { selection: wanted, until: new Date(time), pace, edit }, scope)
    },
  }),
  taskType({
    type: 'dead-letter-discard',
    title: 'Discard dead letters as it was agreed',
    permission: 'operations:write',
    params: proposalParams,
    step: async ({ proposal: id }, scope: RetryScope) => {
      const proposal = await agreedUpon(scope, id, 'discard')
      const { days, until: time } = discardDetails.parse(proposal.details)
      const wanted = selection.parse(proposal.selection)
      const next = (tx: RetryScope['tx'], sweep: Parameters<typeof discardNext>[1]) =>
        discardNext(tx, sweep, days)
      const words = `discarded; they are kept for ${days} days`
      return sweepPortion({ selection: wanted, until: new Date(time), from: 'open', words, next }, scope)
    },
  }),
  taskType({
    type: 'dead-letter-restore',
    title: 'Take discarded dead letters back',
    permission: 'operations:write',
    params: restoreParams,
    step: async ({ selection: wanted, until: time }, scope: RetryScope) => {
      await demandAgain(scope, wanted, time)
      return sweepPortion(
        { selection: wanted, until: asDate(time), from: 'discarded', words: 'restored', next: restoreNext },
        scope,
      )
    },
  }),
]

/** Who starts the task itself is asked what the routes of dead letters ask, before its first step. */
async function demandAgain({ tx, cursor }: RetryScope, wanted: Selection, time: string | undefined) {
  if (cursor !== null) return
  await refuseEverythingByFilter(tx, requireSelection(wanted), asDate(time) ?? new Date())
}

/**
 * The proposal that a task carries out. Anybody who may start tasks may name any proposal: what was not agreed to,
 * or belongs to another task, is refused here.
 */
async function agreedUpon(
  { tx, taskId }: RetryScope,
  id: string,
  action: Proposal['action'],
): Promise<Proposal> {
  const proposal = await findProposal(tx, id)
  if (!proposal || proposal.action !== action) {
    throw notFound('proposal_not_found', 'There is no such proposal.')
  }
  if (proposal.status !== 'approved' || proposal.task_id !== taskId) {
    throw conflict('proposal_not_approved', 'The proposal was not approved for this task.')
  }
  return proposal
}
