import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { kubernetesScaler } from './kubernetes-scaler.ts'

// The API server's side of the conversation, as the API's reference has it: no cluster was asked.

const deployment = '/apis/apps/v1/namespaces/alta/deployments/ocr/scale'
const rollout = '/apis/argoproj.io/v1alpha1/namespaces/alta/rollouts/ocr/scale'
const scale = {
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: { name: 'ocr', namespace: 'alta', resourceVersion: '4711' },
  spec: { replicas: 2 },
  status: { replicas: 2, selector: 'app=ocr' },
}
const status = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: reason,
  reason,
  code,
})

/** What runs the service. */
let path: string
let refusal: { code: number; reason: string; method: string } | undefined
let asked: { method: string; path: string; authorization: string; body: unknown }[]
const server = createServer(async (request, response) => {
  const { method = '', url = '', headers } = request
  const body = await bodyOf(request)
  asked.push({ method, path: url, authorization: headers.authorization ?? '', body })
  const refused = refusal?.method === method ? refusal : undefined
  const known = url === path
  const code = refused?.code ?? (known ? 200 : 404)
  const answer = refused
    ? status(refused.code, refused.reason)
    : known
      ? (body ?? scale)
      : status(404, 'NotFound')
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
})

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => server.close())
beforeEach(() => {
  asked = []
  refusal = undefined
  path = deployment
})

function scaler() {
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }],
    users: [{ name: 'events', token: 'token of the service account' }],
    contexts: [{ name: 'test', cluster: 'test', user: 'events' }],
    currentContext: 'test',
  })
  return kubernetesScaler(config, 'alta')
}

test('a service is scaled through its Deployment, on top of the version that was read', async () => {
  expect(await scaler().scale('ocr', 5)).toEqual({ before: 2 })
  expect(asked.map(({ method }) => method)).toEqual(['GET', 'PUT'])
  expect(asked[1]).toMatchObject({
    path: deployment,
    authorization: 'Bearer token of the service account',
    body: { metadata: { resourceVersion: '4711' }, spec: { replicas: 5 } },
  })
})

test('a service that is a Rollout is scaled through it, in the same way', async () => {
  path = rollout
  expect(await scaler().scale('ocr', 5)).toEqual({ before: 2 })
  expect(asked.map((one) => `${one.method} ${one.path}`)).toEqual([
    `GET ${deployment}`,
    `GET ${rollout}`,
    `PUT ${rollout}`,
  ])
  expect(asked[2]).toMatchObject({
    authorization: 'Bearer token of the service account',
    body: { kind: 'Scale', metadata: { resourceVersion: '4711' }, spec: { replicas: 5 } },
  })
})

test.each([
  ['neither of them is there', { code: 404, reason: 'NotFound', method: 'GET' }, 404, 'service_not_found'],
  ['somebody else was quicker', { code: 409, reason: 'Conflict', method: 'PUT' }, 409, 'scaled_meanwhile'],
  ['no right to scale', { code: 403, reason: 'Forbidden', method: 'PUT' }, 409, 'scaling_unavailable'],
  ['the API server fails', { code: 500, reason: 'InternalError', method: 'GET' }, 503, 'cluster_unavailable'],
])('%s is told as it is', async (_what, given, code, word) => {
  refusal = given
  await expect(scaler().scale('ocr', 5)).rejects.toMatchObject({ status: code, code: word })
})
