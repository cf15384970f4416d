import { roles } from '@alta/kit/auth/permissions'
import { may } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { apiKeyResource, createdApiKey, newApiKey, presentKey } from '../api-keys/api-key.schema.ts'
import type { ApiKeyService } from '../api-keys/api-key.service.ts'
import { managedUser, presentManaged } from '../users/managed-user.schema.ts'
import { personName } from '../users/user.schema.ts'
import type { ServiceAccountService } from './service-account.service.ts'

const ofAccount = z.object({ id: z.uuid() })

export const serviceAccountRoutes = (accounts: ServiceAccountService, keys: ApiKeyService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/service-accounts',
    summary: 'Make an account for a program',
    description:
      'It has keys and no password; who makes it answers for it. It is listed, disabled and given roles under `/api/v1/users`. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'users',
    policy: recently(may('users:manage')),
    idempotent: true,
    body: z.object({ name: personName, roles: z.array(z.enum(roles)).max(roles.length).default([]) }),
    answers: { 201: { description: 'The account', schema: managedUser } },
    handle: async ({ principal, body }) => ({
      status: 201,
      body: presentManaged(await accounts.create(principal, { ...body, roles: [...new Set(body.roles)] })),
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/service-accounts/:id/api-keys',
    summary: 'Make a key for a service account',
    description: 'Needs a sign-in or a step-up within the last five minutes.',
    tag: 'users',
    policy: recently(may('users:manage')),
    params: ofAccount,
    body: newApiKey,
    answers: {
      201: { description: 'The key', schema: createdApiKey },
      403: { description: '`scope_too_wide`' },
      409: { description: '`too_many_keys`' },
    },
    handle: async ({ principal, params, body }) => {
      const { row, key } = await keys.create(principal, body, params.id)
      return { status: 201, body: { ...presentKey(row), key }, headers: { 'cache-control': 'no-store' } }
    },
  }),

  route({
    method: 'get',
    path: '/api/v1/service-accounts/:id/api-keys',
    summary: 'Keys of a service account, latest first',
    tag: 'users',
    policy: may('users:manage'),
    params: ofAccount,
    answers: {
      200: { description: 'At most fifty', schema: z.object({ items: z.array(apiKeyResource) }) },
    },
    handle: async ({ principal, params }) => ({
      status: 200,
      body: { items: (await keys.list(principal, params.id)).map(presentKey) },
    }),
  }),

  route({
    method: 'delete',
    path: '/api/v1/service-accounts/:id/api-keys/:keyId',
    summary: 'Revoke a key of a service account',
    tag: 'users',
    policy: may('users:manage'),
    params: z.object({ id: z.uuid(), keyId: z.uuid() }),
    answers: { 204: { description: 'Revoked' } },
    handle: async ({ principal, params }) => {
      await keys.revoke(principal, params.keyId, params.id)
      return { status: 204 }
    },
  }),
]
