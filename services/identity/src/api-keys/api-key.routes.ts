import { anyone, own, signedIn } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { apiKeyResource, createdApiKey, newApiKey, presentKey } from './api-key.schema.ts'
import type { ApiKeyService } from './api-key.service.ts'

const notStored = { 'cache-control': 'no-store' }

export const apiKeyRoutes = (keys: ApiKeyService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/auth/api-keys',
    summary: 'Make a key for a program of yours',
    description:
      'Sent as `Authorization: Bearer alta_…` it may do what its scope names and you may do at that time. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'auth',
    policy: recently(signedIn),
    body: newApiKey,
    answers: {
      201: { description: 'The key', schema: createdApiKey },
      403: { description: '`scope_too_wide`' },
      409: { description: '`too_many_keys`' },
    },
    handle: async ({ principal, body }) => {
      const { row, key } = await keys.create(principal, body)
      return { status: 201, body: { ...presentKey(row), key }, headers: notStored }
    },
  }),

  route({
    method: 'get',
    path: '/api/v1/auth/api-keys',
    summary: 'Your keys, latest first',
    tag: 'auth',
    policy: signedIn,
    answers: {
      200: { description: 'At most fifty', schema: z.object({ items: z.array(apiKeyResource) }) },
    },
    handle: async ({ principal }) => ({
      status: 200,
      body: { items: (await keys.list(principal)).map(presentKey) },
    }),
  }),

  route({
    method: 'delete',
    path: '/api/v1/auth/api-keys/:id',
    summary: 'Revoke a key',
    description: 'It ends within seconds, in every service.',
    tag: 'auth',
    policy: own(),
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'Revoked' } },
    handle: async ({ principal, params }) => {
      await keys.revoke(principal, params.id)
      return { status: 204 }
    },
  }),

  // For the gateway alone, which forwards no such path.
  route({
    method: 'post',
    path: '/private/api-keys/exchange',
    summary: 'An access token for a key',
    tag: 'auth',
    policy: anyone,
    question: true,
    body: z.object({ key: z.string().min(1).max(200) }),
    answers: {
      200: {
        description: 'The token',
        schema: z.object({ accessToken: z.string(), expiresIn: z.number().int() }),
      },
      401: { description: '`invalid_api_key`' },
    },
    handle: async ({ body }) => ({
      status: 200,
      body: await keys.exchange(body.key),
      headers: notStored,
    }),
  }),
]
