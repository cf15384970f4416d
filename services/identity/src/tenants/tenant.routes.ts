import { may } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { newTenant, presentTenant, tenantName, tenantResource } from './tenant.schema.ts'
import type { TenantService } from './tenant.service.ts'

const params = z.object({ id: z.uuid() })

export const tenantRoutes = (tenants: TenantService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/tenants',
    summary: 'All tenants, latest first',
    tag: 'tenants',
    policy: may('tenants:manage'),
    query: z.object(pageQuery),
    answers: { 200: { description: 'One page', schema: listOf(tenantResource) } },
    handle: async ({ query: { limit, cursor } }) => {
      const rows = await tenants.list({ limit: limit + 1, before: decodeCursor(z.uuid(), cursor) })
      return { status: 200, body: pageOf(rows, limit, presentTenant, ({ tenant_id }) => tenant_id) }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/tenants',
    summary: 'Make a tenant, and invite its first administrator',
    description:
      'Its people see nothing of other tenants, nor of what all of them share. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'tenants',
    policy: recently(may('tenants:manage')),
    idempotent: true,
    body: newTenant,
    answers: {
      201: { description: 'The tenant', schema: tenantResource },
      409: { description: '`email_taken`, by an account of whatever tenant' },
    },
    handle: async ({ principal, body }) => ({
      status: 201,
      body: presentTenant(await tenants.create(principal, body)),
    }),
  }),

  route({
    method: 'patch',
    path: '/api/v1/tenants/:id',
    summary: 'Rename a tenant',
    tag: 'tenants',
    policy: may('tenants:manage'),
    params,
    body: z.object({ name: tenantName }),
    answers: { 200: { description: 'Renamed', schema: tenantResource } },
    handle: async ({ params, body }) => ({
      status: 200,
      body: presentTenant(await tenants.rename(params.id, body.name)),
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/tenants/:id/disable',
    summary: 'Let nobody of a tenant in',
    description:
      'Ends every session, key, access token, mailed link and consent of its people within seconds, in every service. They stay ended when it is enabled again. What it has stays as it is.',
    tag: 'tenants',
    policy: recently(may('tenants:manage')),
    params,
    answers: { 204: { description: 'Disabled' }, 409: { description: '`platform_tenant`' } },
    handle: async ({ params }) => {
      await tenants.disable(params.id)
      return { status: 204 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/tenants/:id/enable',
    summary: 'Let people of a tenant sign in again',
    description:
      'Programs of its own that act for themselves are let in again once their last token has run out.',
    tag: 'tenants',
    policy: recently(may('tenants:manage')),
    params,
    answers: { 204: { description: 'Enabled' } },
    handle: async ({ params }) => {
      await tenants.enable(params.id)
      return { status: 204 }
    },
  }),
]
