import { Readable } from 'node:stream'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { anyone, may, signedIn } from '../auth/policy.ts'
import type { Principal } from '../auth/principal.ts'
import { route } from './route.ts'

test('a handler is typed by the schemas of its route', () => {
  const declared = route({
    method: 'post',
    path: '/api/v1/projects/:id/documents',
    summary: 'Upload a document',
    tag: 'documents',
    policy: may('documents:write'),
    params: z.object({ id: z.uuid() }),
    query: z.object({ limit: z.coerce.number() }),
    upload: { maximumBytes: 10, accept: ['image/png'], fields: z.object({ title: z.string() }) },
    answers: { 201: { description: 'Stored', schema: z.object({ id: z.string() }) } },
    handle: async ({ params, query, body, upload, principal }) => {
      expectTypeOf(params).toEqualTypeOf<{ id: string }>()
      expectTypeOf(query.limit).toEqualTypeOf<number>()
      expectTypeOf(body).toEqualTypeOf<undefined>()
      expectTypeOf(upload.fields).toEqualTypeOf<{ title: string }>()
      expectTypeOf(principal).toEqualTypeOf<Principal>()
      return { status: 201, body: { id: upload.sha256 } }
    },
  })
  expect(declared.path).toBe('/api/v1/projects/:id/documents')
})

test('an answer must be one of the declared', () => {
  route({
    method: 'get',
    path: '/file',
    summary: 'Reads a file',
    tag: 'files',
    policy: signedIn,
    answers: { 200: { description: 'The file' }, 204: { description: 'Nothing there' } },
    handle: async ({ upload }) => {
      expectTypeOf(upload).toEqualTypeOf<undefined>()
      return Math.random() > 0.5
        ? { status: 200, stream: Readable.from(['x']), mediaType: 'text/plain' }
        : { status: 204 }
    },
  })
  route({
    method: 'get',
    path: '/wrong',
    summary: 'Does not compile',
    tag: 'files',
    policy: anyone,
    answers: { 200: { description: 'Counted', schema: z.object({ count: z.number() }) } },
    // @ts-expect-error the body breaks the schema
    handle: async ({ principal }) => {
      expectTypeOf(principal).toEqualTypeOf<undefined>()
      return { status: 200, body: { count: 'three' } }
    },
  })
})
