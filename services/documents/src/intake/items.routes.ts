import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { listOf } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { Schema } from '../database/schema.ts'
import { itemSummary } from './item.resource.ts'
import { byId } from './item.routes.ts'
import { itemListQuery, totalOfList } from './item-query.ts'
import type { Kind } from './kind.ts'
import { pageOfItems } from './list-items.ts'

const itemKind = z.enum(['document', 'voice'])

/** Documents and voice samples in one list. */
export const itemsRoutes = (database: Database<Schema>, kinds: readonly Kind[]): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/projects/:id/items',
    summary: 'List documents and voice samples of a project together',
    tag: 'projects',
    policy: may('documents:read', 'project viewer'),
    params: byId,
    query: z.object({
      kind: itemKind.optional().meta({ description: 'Both unless told.' }),
      ...itemListQuery,
    }),
    answers: {
      200: {
        description: 'Newest first unless told',
        schema: listOf(itemSummary.extend({ kind: itemKind })).extend({ total: totalOfList }),
      },
    },
    handle: async ({ principal, params, query }) => {
      const wanted = kinds.filter(({ name }) => query.kind === undefined || query.kind === name)
      const page = await database.read(principal.tenantId, (tx) =>
        pageOfItems(tx, wanted, principal, { ...query, projectId: params.id }),
      )
      return { status: 200, body: page }
    },
  }),
]
