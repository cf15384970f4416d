import { anyone, may } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { conflict } from '@alta/kit/errors'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { Keyring } from './keyring.ts'

const jwk = z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string(), use: z.string() })

export const keyRoutes = (keys: Keyring): Route[] => [
  route({
    method: 'get',
    path: '/.well-known/jwks.json',
    summary: 'Keys that access tokens are signed with',
    tag: 'auth',
    policy: anyone,
    answers: { 200: { description: 'JSON Web Key Set', schema: z.object({ keys: z.array(jwk) }) } },
    handle: async () => ({
      status: 200,
      // Keys are published for minutes before they are used.
      headers: { 'cache-control': 'public, max-age=60' },
      body: { keys: z.array(jwk).parse((await keys.published()).keys) },
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/auth/signing-keys/rotate',
    summary: 'Replace the signing key',
    description:
      'The next key is published at once and signs ten minutes later; the one before verifies until its tokens are gone, so nobody is signed out. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'auth',
    policy: recently(may('operations:write')),
    answers: {
      202: {
        description: 'The next key',
        schema: z.object({ kid: z.string(), signsFrom: z.iso.datetime() }),
      },
      409: { description: '`rotation_under_way`' },
    },
    handle: async () => {
      const next = await keys.rotate()
      if (!next)
        throw conflict('rotation_under_way', 'The next key is announced already, and will sign soon.')
      return { status: 202, body: { kid: next.kid, signsFrom: next.activatesAt.toISOString() } }
    },
  }),
]
