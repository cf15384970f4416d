import { openApiDocument as documentOf } from '@alta/kit/http/openapi'
import type { OpenApiDocument, Operation } from './openapi-document.ts'

const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example })
const header = (name: string) => ({ $ref: `#/components/headers/${name}` })

const told = { RateLimit: header('RateLimit'), 'RateLimit-Policy': header('RateLimit-Policy') }

/** What the operations of {@link withLimits} refer to. */
export const limitComponents: OpenApiDocument['components'] = {
  // As the services have it, so that no second one is made of it.
  schemas: { Problem: documentOf({ title: '', routes: [] }).components?.schemas?.Problem },
  headers: {
    RateLimit: text(
      'For each limit that counted the request: what is left, and the seconds until all of it is back',
      '"user";r=199;t=1',
    ),
    'RateLimit-Policy': text(
      'For each of these limits: what may be asked for at once, and the seconds in which all of that comes back',
      '"user";q=200;w=2',
    ),
    'Retry-After': {
      description: 'Seconds until the same request fits, unless others take from the same limit',
      schema: { type: 'integer', minimum: 1 },
      example: 1,
    },
  },
  responses: {
    RateLimited: {
      description: 'Too many requests: `rate_limited`. The service has not heard of this one',
      headers: { ...told, 'Retry-After': header('Retry-After') },
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
}

/** The operation with what the gateway's limits add to it, which its service does not know. */
export function withLimits(operation: Operation): Operation {
  const responses = Object.entries(operation.responses ?? {}).map(([status, response]) => [
    status,
    '$ref' in response ? response : { ...response, headers: { ...response.headers, ...told } },
  ])
  return {
    ...operation,
    responses: { ...Object.fromEntries(responses), 429: { $ref: '#/components/responses/RateLimited' } },
  }
}
