import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import { etagOf, requireMatch } from '@alta/kit/http/etag'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { isStorable } from '@alta/kit/storage/storable'
import { z } from 'zod'
import { groupResource, presentGroup } from './dead-letter.resource.ts'
import { type DeadLettersSchema, groupStatuses } from './dead-letter.tables.ts'
import { filterOfQuery, filterQuery } from './filter.ts'
import { changeGroup, findGroup, findGroups, type Group, lockGroup } from './group.repository.ts'

const tag = 'dead letters'
const params = z.object({ group: z.uuid() })
const position = z.object({ lastSeenAt: z.iso.datetime(), id: z.uuid() })

const change = z
  .strictObject({
    owner: z.uuid().nullable().optional(),
    status: z.enum(groupStatuses).optional(),
    note: z.string().max(10_000).refine(isStorable, 'cannot be stored').optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'say what to change')

const answer = (group: Group) => ({
  status: 200 as const,
  body: presentGroup(group),
  headers: { etag: etagOf(group.version) },
})

export function groupRoutes(database: Database<DeadLettersSchema>): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/dead-letters',
      summary: 'What failed, in groups of the same failure; the latest first',
      description:
        'Parameters must all fit; of several values of one any will do. `not.` before a name turns it round. ' +
        '`field=data.projectId=…` looks into the event. A group is shown when one of its messages fits.',
      tag,
      policy: may('operations:read'),
      query: z.object({ ...pageQuery, ...filterQuery }),
      answers: { 200: { description: 'Groups', schema: listOf(groupResource) } },
      handle: async ({ principal, query: { limit, cursor, ...rest } }) => {
        const wanted = {
          filter: filterOfQuery(rest),
          after: decodeCursor(position, cursor),
          limit: limit + 1,
        }
        const found = await database.read(principal.tenantId, (tx) => findGroups(tx, wanted))
        const page = pageOf(found, limit, presentGroup, ({ lastSeenAt, id }) => ({ lastSeenAt, id }))
        return { status: 200, body: page }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/dead-letters/:group',
      summary: 'One group',
      tag,
      policy: may('operations:read'),
      params,
      answers: { 200: { description: 'The group', schema: groupResource } },
      handle: async ({ principal, params: { group } }) =>
        answer((await database.read(principal.tenantId, (tx) => findGroup(tx, group))) ?? unknownGroup()),
    }),
    route({
      method: 'patch',
      path: '/api/v1/dead-letters/:group',
      summary: 'Say who looks after a group, how far that is, and what is known about it',
      description: 'A failure in a group that was resolved makes it `new` again and marks it as come back.',
      tag,
      policy: may('operations:write'),
      params,
      headers: z.object({ 'if-match': z.string().max(200).optional() }),
      body: change,
      answers: { 200: { description: 'The group as it is now', schema: groupResource } },
      handle: async ({ principal, params: { group: id }, headers, body }) =>
        database.transaction(principal.tenantId, async ({ tx }) => {
          const { version } = (await lockGroup(tx, id)) ?? unknownGroup()
          requireMatch(headers['if-match'], version)
          await changeGroup(tx, id, body)
          return answer((await findGroup(tx, id)) ?? unknownGroup())
        }),
    }),
  ]
}

export function unknownGroup(): never {
  throw notFound('group_not_found', 'There is no such group of dead letters.')
}
