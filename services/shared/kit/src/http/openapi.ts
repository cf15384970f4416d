import { STATUS_CODES } from 'node:http'
import { problemDetails } from '@alta/contracts/resources/problem'
import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import { standardMaximumBytes } from './json-body.ts'
import type { AnswerRule, Route } from './route.ts'

export interface DocumentOptions {
  readonly title: string
  readonly version?: string
  readonly routes: readonly Route[]
}

/** OpenAPI 3.1 from the very schemas that check requests and answers. */
export function openApiDocument({
  title,
  version = '1',
  routes,
}: DocumentOptions): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/[:*](\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(route) }
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: { title, version },
    // Keys are methods as `Method` spells them, which are OpenAPI's own.
    paths: paths as ZodOpenApiPathsObject,
    components: {
      schemas: { Problem: problemDetails },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
  return createDocument(document)
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { params, query, headers, policy } = route
  const key = route.idempotent ? { 'idempotency-key': z.string().max(255).optional() } : {}
  const header = z.object({ ...headers?.shape, ...key })
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tags: [route.tag],
    security: policy.needsToken ? [{ bearer: [] }] : [],
    ...(policy.permission ? { 'x-permission': policy.permission } : {}),
    'x-policy': policy.attribute ? `${policy.name}, ${policy.attribute}` : policy.name,
    ...(route.body ? { 'x-maximum-bytes': route.maximumBytes ?? standardMaximumBytes } : {}),
    ...(route.limits ? { 'x-limits': route.limits } : {}),
    requestParams: {
      ...(params ? { path: params } : {}),
      ...(query ? { query } : {}),
      ...(Object.keys(header.shape).length > 0 ? { header } : {}),
    },
    ...requestBody(route),
    responses: { ...answers(route), default: problem('Any other problem') },
  }
}

function requestBody({ body, upload, stream }: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (upload) {
    const file = z.string().meta({
      description: `At most ${upload.maximumBytes} bytes of ${upload.accept.join(', ')}.`,
      override: { type: 'string', contentMediaType: 'application/octet-stream' },
    })
    const schema = z.object({ file, ...upload.fields.shape })
    const encoding = { file: { contentType: upload.accept.join(', ') } }
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema, encoding } } } }
  }
  if (stream !== undefined) {
    const schema = z.string().meta({ override: { type: 'string', contentMediaType: stream } })
    return { requestBody: { required: true, content: { [stream]: { schema } } } }
  }
  if (!body) return {}
  return {
    requestBody: {
      required: !body.safeParse(undefined).success,
      content: { 'application/json': { schema: body } },
    },
  }
}

function answers(route: Route): ZodOpenApiOperationObject['responses'] {
  const usual: Record<string, ReturnType<typeof problem>> = {
    ...(route.params || route.query || route.body || route.upload
      ? { '400': problem('The request is not valid') }
      : {}),
    ...(route.policy.needsToken ? { '401': problem('Not signed in') } : {}),
    ...(route.policy.permission ? { '403': problem(`Needs the permission ${route.policy.permission}`) } : {}),
    ...(route.upload ? { '413': problem('Too large'), '415': problem('Not a type that is taken here') } : {}),
  }
  const declared = Object.entries<AnswerRule>(route.answers).map(([status, rule]) => [
    status,
    Number(status) >= 400 ? problem(rule.description) : answer(status, rule),
  ])
  return { ...usual, ...Object.fromEntries(declared) }
}

function answer(status: string, { description, schema, mediaTypes }: AnswerRule) {
  const text = description || (STATUS_CODES[status] ?? status)
  const streams = Object.fromEntries((mediaTypes ?? []).map((type) => [type, {}]))
  if (schema) return { description: text, content: { 'application/json': { schema }, ...streams } }
  return { description: text, ...(mediaTypes ? { content: streams } : {}) }
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemDetails } },
})

/** `POST /api/v1/projects/:id/documents` as `postProjectsIdDocuments`. */
const operationId = ({ method, path }: Route): string =>
  method +
  path
    .replace(/^\/api\/v\d+/, '')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
