import { may } from '@alta/kit/auth/policy'
import type { Database } from '@alta/kit/database/database'
import { listOf } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import type { Schema } from '../database/schema.ts'
import { uuid } from '../intake/fields.ts'
import { byId, ifMatch } from '../intake/item.routes.ts'
import { newView, viewChange, viewResource } from './view.resource.ts'
import { viewService } from './view.service.ts'

const named = byId.extend({ viewId: uuid })

/** Saved views: filter, order, columns and layout of a project's list under a name. */
export function viewRoutes(database: Database<Schema>): Route[] {
  const views = viewService(database)
  const writing = { tag: 'projects', policy: may('documents:write', 'project viewer') } as const
  return [
    route({
      method: 'get',
      path: '/api/v1/projects/:id/views',
      summary: 'List one’s own saved views of a project and those that are shared in it',
      tag: 'projects',
      policy: may('documents:read', 'project viewer'),
      params: byId,
      answers: { 200: { description: 'All of them, by name', schema: listOf(viewResource) } },
      handle: async ({ principal, params }) => ({
        status: 200,
        body: { items: await views.list(principal, params.id), nextCursor: null },
      }),
    }),
    route({
      ...writing,
      method: 'post',
      path: '/api/v1/projects/:id/views',
      summary: 'Save a view of a project’s list',
      description:
        'For oneself; `shared` ones, by reviewers and owners, are seen by everybody in the project.',
      idempotent: true,
      params: byId,
      body: newView,
      answers: {
        201: { description: 'Saved', schema: viewResource },
        409: { description: '`too_many_views`' },
      },
      handle: async ({ principal, params, body }) => {
        const view = await views.create(principal, params.id, body)
        return { status: 201, body: view, headers: { etag: view.etag } }
      },
    }),
    route({
      ...writing,
      method: 'patch',
      path: '/api/v1/projects/:id/views/:viewId',
      summary: 'Change a saved view',
      description: 'One’s own; shared ones of others by owners of the project.',
      params: named,
      headers: ifMatch,
      body: viewChange,
      answers: { 200: { description: 'As it is now', schema: viewResource } },
      handle: async ({ principal: caller, params, headers, body }) => {
        const request = { caller, projectId: params.id, id: params.viewId, ifMatch: headers['if-match'] }
        const view = await views.change(request, body)
        return { status: 200, body: view, headers: { etag: view.etag } }
      },
    }),
    route({
      ...writing,
      method: 'delete',
      path: '/api/v1/projects/:id/views/:viewId',
      summary: 'Delete a saved view',
      params: named,
      headers: ifMatch,
      answers: { 204: { description: 'Gone' } },
      handle: async ({ principal: caller, params, headers }) => {
        await views.remove({
          ...{ caller, projectId: params.id, id: params.viewId },
          ifMatch: headers['if-match'],
        })
        return { status: 204 }
      },
    }),
  ]
}
