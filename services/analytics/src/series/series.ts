import { Readable } from 'node:stream'
import { may } from '@alta/kit/auth/policy'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { type Route, route } from '@alta/kit/http/route'
import { stringify } from 'csv-stringify/sync'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { type Grouping, groupings, MOST_ROWS } from './grouping.ts'
import { spanOf, spanQuery, type Window, windowOf } from './window.ts'

/** What every route here needs. */
export interface Analytics {
  readonly database: Database<Schema>
  readonly clock: () => Date
}

interface SeriesDefinition<Item extends z.ZodObject> {
  /** Whole, as callers write them: JSON, or CSV where `Accept` wants it; and CSV always. */
  readonly path: string
  readonly csvPath: string
  readonly summary: string
  readonly description?: string
  /** Grouping unless the caller says. */
  readonly standard: Grouping
  readonly item: Item
  /** @param limit rows at most */
  find(tx: Kysely<Schema>, window: Window, groupBy: Grouping, limit: number): Promise<z.input<Item>[]>
}

/** The two routes of a series. */
export function seriesRoutes<Item extends z.ZodObject>(
  { database, clock }: Analytics,
  series: SeriesDefinition<Item>,
): Route[] {
  const { path, csvPath, summary, description, standard, item, find } = series
  const query = z.object({
    ...spanQuery,
    groupBy: z.enum(groupings).default(standard).describe('Days and weeks are those of UTC.'),
  })
  const common = {
    method: 'get',
    summary,
    ...(description ? { description } : {}),
    tag: 'analytics',
    policy: may('projects:read'),
    limits: { cost: 5 },
    query,
  } as const
  const seriesResource = z.object({
    from: z.iso.date(),
    to: z.iso.date(),
    projectId: z.uuid().nullable(),
    groupBy: z.enum(groupings),
    items: z.array(item),
    complete: z.boolean().describe(`False when there are more than ${MOST_ROWS} rows.`),
  })

  async function answer(principal: Principal, asked: z.output<typeof query>) {
    const span = spanOf(asked, clock())
    const found = await database.read(principal.tenantId, async (tx) => {
      const window = await windowOf(tx, principal, span, asked.projectId)
      return find(tx, window, asked.groupBy, MOST_ROWS + 1)
    })
    const { from, to } = span
    const about = { from, to, projectId: asked.projectId ?? null, groupBy: asked.groupBy }
    return { ...about, items: found.slice(0, MOST_ROWS), complete: found.length <= MOST_ROWS }
  }

  async function table(principal: Principal, asked: z.output<typeof query>) {
    const { items, from, to } = await answer(principal, asked)
    const columns = Object.keys(item.shape)
    // A cell that begins like a formula would be run by the reader's spreadsheet.
    const text = stringify(items, { header: true, columns, escape_formulas: true })
    const name = `${path.slice(path.lastIndexOf('/') + 1)}-${from}-${to}.csv`
    const headers = { 'content-disposition': `attachment; filename="${name}"`, vary: 'accept' }
    const mediaType = 'text/csv; charset=utf-8'
    return { status: 200, stream: Readable.from([text]), mediaType, headers } as const
  }

  return [
    route({
      ...common,
      path,
      headers: z.object({ accept: z.string().max(1_000).optional() }),
      answers: { 200: { description: 'The series', schema: seriesResource, mediaTypes: ['text/csv'] } },
      handle: async ({ principal, query: asked, headers: { accept } }) => {
        if (prefersCsv(accept)) return table(principal, asked)
        // `items` are what `find` gives, and leave through `item`.
        const body = (await answer(principal, asked)) as z.input<typeof seriesResource>
        return { status: 200, body, headers: { vary: 'accept' } }
      },
    }),
    route({
      ...common,
      path: csvPath,
      answers: { 200: { description: 'The series as a table', mediaTypes: ['text/csv'] } },
      handle: ({ principal, query: asked }) => table(principal, asked),
    }),
  ]
}

/** Whichever of the two is named first; JSON where none is. */
function prefersCsv(accept = ''): boolean {
  const wanted = accept.split(',').map((one) => one.split(';')[0]?.trim().toLowerCase())
  return wanted.find((type) => type === 'text/csv' || type === 'application/json') === 'text/csv'
}
