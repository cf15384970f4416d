import { own } from '@alta/kit/auth/policy'
import { notFound } from '@alta/kit/errors'
import { type Route, route } from '@alta/kit/http/route'
import { isStorable } from '@alta/kit/storage/storable'
import { z } from 'zod'
import type { AuditLog } from './audit-log.ts'
import { chainedEntry } from './chain.ts'
import { refusalsOf } from './decision.repository.ts'

const decision = chainedEntry
  .pick({ at: true, actor: true, action: true, service: true, resources: true, code: true, count: true })
  .extend({
    rule: z.string().nullable().describe('What refused; null in entries from before it was noted.'),
    needed: z.string().nullable().describe('What would have been let in.'),
    sequence: z.number().int().describe('Of the entry in the audit log.'),
  })
  .meta({ id: 'Decision' })

export const decisionRoutes = ({ database }: Pick<AuditLog, 'database'>): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/audit/decisions/:requestId',
    summary: 'Why a request was refused',
    description:
      'By the id that its answer carried. Everybody asks about their own requests, whoever may read the log about ' +
      'all. What is hidden and what is not there are explained alike. What the gateway has refused by itself is in ' +
      'its log and not here.',
    tag: 'audit',
    policy: own('oneself or auditor'),
    audited: true,
    params: z.object({
      requestId: z.string().min(1).max(200).refine(isStorable, 'holds characters that no id can have'),
    }),
    answers: { 200: { description: 'Newest first', schema: z.object({ items: z.array(decision) }) } },
    handle: async ({ principal: { tenantId, userId, permissions }, params: { requestId } }) => {
      const actor = permissions.has('audit:read') ? undefined : userId
      const texts = await database.read(tenantId, (tx) => refusalsOf(tx, { tenantId, requestId, actor }))
      if (texts.length === 0) throw notFound('decision_not_found', 'No refusal of such a request is noted.')
      return { status: 200, body: { items: texts.map(present) } }
    },
  }),
]

function present(text: string): z.input<typeof decision> {
  const { rule = null, needed = null, ...entry } = chainedEntry.parse(JSON.parse(text))
  return { ...entry, rule, needed }
}
