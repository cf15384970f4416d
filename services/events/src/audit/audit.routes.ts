import { may } from '@alta/kit/auth/policy'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { readAnchors } from './anchor.ts'
import { type AuditFilter, type AuditRow, findEntries } from './audit.repository.ts'
import {
  auditAnchors,
  auditEntryResource,
  auditFilterQuery,
  auditKeys,
  auditVerdict,
} from './audit.resource.ts'
import type { AuditLog } from './audit-log.ts'
import { exportCsv, exportNdjson } from './export.ts'

const position = z.number().int().min(1)
const common = { tag: 'audit', policy: may('audit:read'), audited: true } as const

export const auditRoutes = ({ database, files, keys, verify }: AuditLog): Route[] => [
  route({
    ...common,
    method: 'get',
    path: '/api/v1/audit',
    summary: 'Who did what to what, newest first',
    description: 'Reading it is itself noted.',
    query: z.object({ ...pageQuery, ...auditFilterQuery }),
    answers: { 200: { description: 'One page', schema: listOf(auditEntryResource) } },
    handle: async ({ query: { limit, cursor, ...query }, principal: { tenantId } }) => {
      const before = decodeCursor(position, cursor)
      const rows = await database.read(tenantId, (tx) =>
        findEntries(tx, tenantId, filterOf(query), { limit: limit + 1, before }),
      )
      return { status: 200, body: pageOf(rows, limit, present, ({ sequence }) => sequence) }
    },
  }),

  route({
    ...common,
    method: 'get',
    path: '/api/v1/audit/export',
    summary: 'The same as a file that can be verified on its own',
    limits: { cost: 10 },
    description:
      'NDJSON carries the links of the entries in between as well, without what they say; `make verify-audit FILE=…` checks it.',
    query: z.object({ ...auditFilterQuery, format: z.enum(['ndjson', 'csv']).default('ndjson') }),
    answers: {
      200: { description: 'Oldest first', mediaTypes: ['application/x-ndjson', 'text/csv'] },
    },
    handle: async ({ query: { format, ...query }, principal: { tenantId } }) => {
      const options = { database, files, keys, tenantId, filter: filterOf(query) }
      const [stream, mediaType] =
        format === 'csv'
          ? [exportCsv(options), 'text/csv; charset=utf-8']
          : [exportNdjson(options), 'application/x-ndjson']
      const headers = { 'content-disposition': `attachment; filename="audit.${format}"` }
      return { status: 200, stream, mediaType, headers }
    },
  }),

  route({
    ...common,
    method: 'post',
    path: '/api/v1/audit/verify',
    summary: 'Follow the whole chain and hold it against its anchors',
    limits: { cost: 10 },
    // The chain is one for all tenants: looking at the whole of it is for who runs the platform.
    policy: may('operations:read'),
    description:
      'Of all tenants. A log of many millions takes longer than a request may: `make verify-audit`.',
    answers: { 200: { description: 'What was found', schema: auditVerdict } },
    handle: async () => {
      const verdict = await verify()
      return { status: 200, body: { ...verdict, faults: [...verdict.faults] } }
    },
  }),

  route({
    ...common,
    method: 'get',
    path: '/api/v1/audit/anchors',
    summary: 'The signed statements about the chain that lie outside of the database',
    answers: { 200: { description: 'Oldest first; null: not signed by us', schema: auditAnchors } },
    handle: async () => {
      const anchors = await readAnchors(files, keys)
      return { status: 200, body: { items: anchors.map(({ name, anchor = null }) => ({ name, anchor })) } }
    },
  }),

  route({
    method: 'get',
    path: '/api/v1/audit/keys',
    summary: 'The public keys that anchors are signed with',
    tag: 'audit',
    policy: may('audit:read'),
    answers: { 200: { description: 'The one in use first', schema: auditKeys } },
    handle: async () => ({ status: 200, body: { keys: [...keys] } }),
  }),
]

const filterOf = ({
  from,
  to,
  ...rest
}: Omit<AuditFilter, 'from' | 'to'> & {
  from?: string | undefined
  to?: string | undefined
}): AuditFilter => ({
  ...rest,
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
})

/** What is shown is what is hashed: nothing comes from other columns. */
const present = ({ text, hash }: AuditRow): z.output<typeof auditEntryResource> =>
  auditEntryResource.parse({ ...JSON.parse(text), hash })
