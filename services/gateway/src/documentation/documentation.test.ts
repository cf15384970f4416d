import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'
import { mergeDocuments } from './merge-documents.ts'
import { openApiDocument } from './openapi-document.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const read = async () => openApiDocument.parse(await (await fetch(`${gateway.url}/openapi.json`)).json())

test('the document has the public routes of every service, and names those that are away', async () => {
  gateway.stub.away.add('reviews')
  await gateway.documents.refresh()
  const document = await read()
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/health', '/api/v1/auth/login', '/api/v1/projects/{id}/documents']),
  )
  expect(document.paths['/private/sweep']).toBeUndefined()
  expect(document['x-alta-missing']).toEqual(['reviews'])
})

test('a service that went away leaves its last document behind', async () => {
  gateway.stub.away.clear()
  await gateway.documents.refresh()
  gateway.stub.away.add('documents')
  await gateway.documents.refresh()
  const document = await read()
  expect(document.paths['/api/v1/projects']).toBeDefined()
  expect(document['x-alta-missing']).toEqual(['documents'])
})

test('every operation of a service says how it is limited: headers on its answers, and 429 with Retry-After', async () => {
  gateway.stub.away.clear()
  await gateway.documents.refresh()
  const { paths, components } = await read()
  const problem = { $ref: '#/components/schemas/Problem' }
  expect(paths['/api/v1/projects/{id}']?.get?.responses).toMatchObject({
    200: {
      description: 'Yes',
      headers: { RateLimit: { $ref: '#/components/headers/RateLimit' }, 'RateLimit-Policy': {}, etag: {} },
    },
    429: { $ref: '#/components/responses/RateLimited' },
  })
  expect(paths['/api/v1/auth/login']?.post?.responses).toHaveProperty('429')
  expect(paths['/health']?.get?.responses).not.toHaveProperty('429')
  expect(components.responses?.RateLimited).toMatchObject({
    headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
    content: { 'application/problem+json': { schema: problem } },
  })
  expect(Object.keys(components.headers ?? {})).toEqual(['RateLimit', 'RateLimit-Policy', 'Retry-After'])
  expect(components.schemas?.Problem).toMatchObject({
    required: expect.arrayContaining(['code', 'requestId']),
  })
})

test('schemas of one name and two meanings are kept apart, with the references to them', () => {
  const withItem = (path: string, item: unknown) =>
    openApiDocument.parse({
      openapi: '3.1.0',
      paths: { [path]: { get: { schema: { $ref: '#/components/schemas/Item' }, security: [] } } },
      components: { schemas: { Item: item } },
    })
  const merged = mergeDocuments(
    openApiDocument.parse({ openapi: '3.1.0' }),
    new Map([
      ['documents', withItem('/api/v1/projects', { type: 'object' })],
      ['reviews', withItem('/api/v1/reviews', { type: 'string' })],
    ]),
    [],
  )
  expect(merged).toMatchObject({
    paths: {
      '/api/v1/projects': { get: { schema: { $ref: '#/components/schemas/Item' } } },
      '/api/v1/reviews': { get: { schema: { $ref: '#/components/schemas/reviews.Item' } } },
    },
    components: { schemas: { Item: { type: 'object' }, 'reviews.Item': { type: 'string' } } },
  })
})

test('/docs needs nothing from any other host', async () => {
  const page = await fetch(`${gateway.url}/docs`)
  const html = await page.text()
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/)
  expect(html).not.toContain('://')
  for (const [, source = ''] of html.matchAll(/src="([^"]+)"/g)) {
    const script = await fetch(gateway.url + source)
    expect(script.status).toBe(200)
    expect(script.headers.get('content-type')).toContain('javascript')
    await script.body?.cancel()
  }
})
