import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, may } from '../auth/policy.ts'
import { openApiDocument } from './openapi.ts'
import { listOf, pageQuery } from './pagination.ts'
import { type Route, route } from './route.ts'

const thing = z.object({ id: z.uuid(), name: z.string() }).meta({ id: 'Thing' })
const routes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/:id/things',
    summary: 'List things',
    tag: 'things',
    policy: may('documents:read', 'project viewer'),
    params: z.object({ id: z.uuid() }),
    query: z.object(pageQuery),
    limits: { cost: 10, policies: ['sign-in'] },
    answers: { 200: { description: 'A page', schema: listOf(thing) } },
    handle: async () => ({ status: 200, body: { items: [], nextCursor: null } }),
  }),
  route({
    method: 'post',
    path: '/api/v1/projects/:id/things',
    summary: 'Upload a thing',
    tag: 'things',
    policy: anyone,
    idempotent: true,
    params: z.object({ id: z.uuid() }),
    upload: { maximumBytes: 100, accept: ['image/png'], fields: z.object({ title: z.string() }) },
    answers: { 201: { description: 'Stored', schema: thing }, 409: { description: 'There already' } },
    handle: async () => ({ status: 201, body: { id: crypto.randomUUID(), name: 'x' } }),
  }),
]

test('the document says what the routes say', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument({ title: 'tests', routes })))
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'tests' } })
  const path = document.paths['/api/v1/projects/{id}/things']
  expect(path.get).toMatchObject({
    operationId: 'getProjectsIdThings',
    security: [{ bearer: [] }],
    'x-permission': 'documents:read',
    'x-policy': 'may documents:read, project viewer',
    'x-limits': { cost: 10, policies: ['sign-in'] },
  })
  expect(path.get.parameters.map(({ name }: { name: string }) => name)).toEqual(['id', 'limit', 'cursor'])
  expect(Object.keys(path.get.responses)).toEqual(['200', '400', '401', '403', 'default'])
  expect(JSON.stringify(path.get.responses['200'])).toContain('#/components/schemas/Thing')
})

test('an upload is multipart with the file, its types and its limit', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument({ title: 'tests', routes })))
  const { post } = document.paths['/api/v1/projects/{id}/things']
  const { schema, encoding } = post.requestBody.content['multipart/form-data']
  expect(schema.required).toEqual(['file', 'title'])
  expect(schema.properties.file.description).toContain('At most 100 bytes')
  expect(encoding.file.contentType).toBe('image/png')
  expect(post.security).toEqual([])
  expect(post.parameters.map(({ name }: { name: string }) => name)).toEqual(['id', 'idempotency-key'])
  expect(Object.keys(post.responses['409'].content)).toEqual(['application/problem+json'])
})
