import { Readable } from 'node:stream'
import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { notFound } from '@alta/kit/errors'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { stringify } from 'csv-stringify'
import { z } from 'zod'
import {
  iso,
  messageDetailResource,
  messageResource,
  presentDetail,
  presentMessage,
} from './dead-letter.resource.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { type Filter, filterOfQuery, filterQuery } from './filter.ts'
import { unknownGroup } from './group.routes.ts'
import {
  findMessage,
  findMessages,
  findRetriesOf,
  groupExists,
  type LetterRow,
} from './message.repository.ts'
import { type Contracts, sampleOf, validityOf } from './validity.ts'

const tag = 'dead letters'
const ofGroup = z.object({ group: z.uuid() })
const position = z.object({ id: z.uuid() })
const ROWS_AT_ONCE = 500

export function messageRoutes(database: Database<DeadLettersSchema>, contracts: Contracts): Route[] {
  const messagesOf = (
    tenantId: string,
    wanted: { groupId: string; filter: Filter; after: string | undefined; limit: number },
  ) =>
    database.read(tenantId, async (tx) => {
      if (!(await groupExists(tx, wanted.groupId))) unknownGroup()
      return findMessages(tx, wanted)
    })

  /** Page by page, so that a group of any size takes no more memory than a page. */
  async function* rowsOf(tenantId: string, groupId: string, filter: Filter) {
    let after: string | undefined
    for (;;) {
      const rows = await messagesOf(tenantId, { groupId, filter, after, limit: ROWS_AT_ONCE })
      for (const row of rows) yield presentMessage(row)
      after = rows.at(-1)?.id
      if (rows.length < ROWS_AT_ONCE) return
    }
  }

  return [
    route({
      method: 'get',
      path: '/api/v1/dead-letters/:group/messages',
      summary: 'Messages of a group, newest first',
      tag,
      policy: may('operations:read'),
      params: ofGroup,
      query: z.object({ ...pageQuery, ...filterQuery }),
      answers: { 200: { description: 'Messages', schema: listOf(messageResource) } },
      handle: async ({ principal, params: { group }, query: { limit, cursor, ...rest } }) => {
        const found = await messagesOf(principal.tenantId, {
          groupId: group,
          filter: filterOfQuery(rest),
          after: decodeCursor(position, cursor)?.id,
          limit: limit + 1,
        })
        return { status: 200, body: pageOf(found, limit, presentMessage, ({ id }) => ({ id })) }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/dead-letters/:group/messages.csv',
      summary: 'Messages of a group as CSV',
      description: 'Cells that a spreadsheet would take for a formula begin with an apostrophe.',
      tag,
      policy: may('operations:read'),
      params: ofGroup,
      query: z.object(filterQuery),
      answers: { 200: { description: 'CSV with a heading', mediaTypes: ['text/csv'] } },
      handle: async ({ principal, params: { group }, query }) => {
        const filter = filterOfQuery(query)
        await messagesOf(principal.tenantId, { groupId: group, filter, after: undefined, limit: 1 })
        const columns = Object.keys(messageResource.shape)
        const csv = stringify({ header: true, columns, escape_formulas: true, cast: { boolean: String } })
        const rows = Readable.from(rowsOf(principal.tenantId, group, filter))
        rows.once('error', (error) => csv.destroy(error))
        return {
          status: 200,
          stream: rows.pipe(csv),
          mediaType: 'text/csv; charset=utf-8',
          headers: { 'content-disposition': `attachment; filename="dead-letters-${group}.csv"` },
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/dead-letters/:group/messages/:id',
      summary: 'One message with its event, what is wrong with it, and all that was tried',
      tag,
      policy: may('operations:read'),
      params: ofGroup.extend({ id: z.uuid() }),
      answers: { 200: { description: 'The message', schema: messageDetailResource } },
      handle: async ({ principal, params: { group, id } }) =>
        database.read(principal.tenantId, async (tx) => {
          const row = await findMessage(tx, group, id)
          if (!row) throw notFound('dead_letter_not_found', 'There is no such message in this group.')
          const retried = (await findRetriesOf(tx, id)).map((one) => ({
            taskId: one.task_id,
            step: one.step === null ? null : one.step + 1,
            replayId: one.replay_id,
            outcome: one.outcome,
            sentAt: iso(one.sent_at),
            endedAt: iso(one.ended_at),
          }))
          const validSample = sampleOf(contracts, row.topic)
          const body = presentDetail(row, { faults: faultsOf(contracts, row), validSample, retried })
          return { status: 200, body }
        }),
    }),
  ]
}

/** Of an event as it is now, for it may have been edited, or the contract may have grown since. */
const faultsOf = (contracts: Contracts, row: LetterRow) =>
  row.event === null ? row.faults : (validityOf(contracts, row.topic, JSON.parse(row.event)).faults ?? [])
