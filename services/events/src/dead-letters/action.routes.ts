import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { acceptedResource, dryRunResource, presentDryRun, presentProposal } from './action.resource.ts'
import type { Accepted, ActionService } from './action.service.ts'
import type { DryRun } from './dry-run.ts'
import { jsonPatch } from './patch.ts'
import { pace, paceOptions } from './retry.params.ts'
import { type Selection, selection } from './selection.ts'

const tag = 'dead letters'
const ofGroup = z.object({ group: z.uuid() })
const dryRun = z.boolean().default(false).describe('Only count and show what would be done')

/** Of one group: all of it, or what of it is named. */
const within = selection.pick({ ids: true, filter: true }).shape
const answers = {
  200: { description: 'A dry run: nothing was done', schema: dryRunResource },
  202: { description: 'Asked for: follow the task, or wait for somebody to agree', schema: acceptedResource },
  422: { description: 'Nothing matches, everything does without being said, or the patch breaks messages' },
} as const

const retry = { ...pace, dryRun }
const discard = {
  days: z.number().int().min(1).max(3650).default(30).describe('How long they are kept, and can be restored'),
  dryRun,
}
const edit = { ...pace, patch: jsonPatch, dryRun }

type Named = Pick<Selection, 'groups' | 'ids' | 'filter' | 'all'>
const named = ({ groups, ids, filter, all }: Named): Selection => ({
  ...(groups && { groups }),
  ...(ids && { ids }),
  ...(filter && { filter }),
  ...(all && { all }),
})
const ofOne = (group: string, { ids, filter }: Named): Selection => named({ groups: [group], ids, filter })
const paceOf = ({ steps, perSecond, threshold, patienceSeconds }: z.output<typeof paceOptions>) =>
  paceOptions.parse({ steps, perSecond, threshold, patienceSeconds })

const counted = (found: DryRun) => ({ status: 200 as const, body: presentDryRun(found) })
const accepted = ({ taskId, proposal, summary }: Accepted) => ({
  status: 202 as const,
  body: { taskId, proposal: proposal && presentProposal(proposal), summary },
  headers: { location: taskId ? `/api/v1/tasks/${taskId}` : '/api/v1/dead-letters/proposals' },
})

const canary =
  'Sends 1 copy, then 10, then 100, then the rest, and stops by itself when more than `threshold` of a step fail ' +
  'again. Nothing is retried twice, whatever dies meanwhile.'

export function actionRoutes(actions: ActionService): Route[] {
  const common = { method: 'post', tag, policy: may('operations:write'), idempotent: true, answers } as const
  return [
    route({
      ...common,
      path: '/api/v1/dead-letters/retry',
      summary: 'Retry groups, messages, all that match a filter, or all there are',
      description: canary,
      body: selection.extend(retry),
      handle: async ({ principal, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, named(body)))
          : accepted(await actions.retry(principal, named(body), paceOf(body))),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/:group/retry',
      summary: 'Retry a group, or what is named of it',
      description: canary,
      params: ofGroup,
      body: z.strictObject({ ...within, ...retry }).prefault({}),
      handle: async ({ principal, params: { group }, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, ofOne(group, body)))
          : accepted(await actions.retry(principal, ofOne(group, body), paceOf(body))),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/edit',
      summary: 'Edit messages by a JSON Patch and retry them',
      description: 'The original is kept. A patch after which one of them breaks its contract is refused.',
      body: selection.extend(edit),
      handle: async ({ principal, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, named(body), body.patch))
          : accepted(await actions.edit(principal, named(body), body.patch, paceOf(body))),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/:group/edit',
      summary: 'Edit the messages of a group by a JSON Patch and retry them',
      description: 'The original is kept. A patch after which one of them breaks its contract is refused.',
      params: ofGroup,
      body: z.strictObject({ ...within, ...edit }),
      handle: async ({ principal, params: { group }, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, ofOne(group, body), body.patch))
          : accepted(await actions.edit(principal, ofOne(group, body), body.patch, paceOf(body))),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/discard',
      summary: 'Put open messages aside; they are forgotten when their time is over',
      body: selection.extend(discard),
      handle: async ({ principal, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, named(body)))
          : accepted(await actions.discard(principal, named(body), body.days)),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/:group/discard',
      summary: 'Put the open messages of a group aside',
      params: ofGroup,
      body: z.strictObject({ ...within, ...discard }).prefault({}),
      handle: async ({ principal, params: { group }, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, ofOne(group, body)))
          : accepted(await actions.discard(principal, ofOne(group, body), body.days)),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/restore',
      summary: 'Take discarded messages back',
      body: selection.extend({ dryRun }),
      handle: async ({ principal, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, named(body)))
          : accepted(await actions.restore(principal, named(body))),
    }),
    route({
      ...common,
      path: '/api/v1/dead-letters/:group/restore',
      summary: 'Take the discarded messages of a group back',
      params: ofGroup,
      body: z.strictObject({ ...within, dryRun }).prefault({}),
      handle: async ({ principal, params: { group }, body }) =>
        body.dryRun
          ? counted(await actions.preview(principal, ofOne(group, body)))
          : accepted(await actions.restore(principal, ofOne(group, body))),
    }),
  ]
}
