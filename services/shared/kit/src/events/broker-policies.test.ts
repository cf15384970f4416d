import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putPolicies, readPolicies } from './broker-policies.ts'

const asked: { method: string; url: string; authorization: string; body: unknown }[] = []
let status = 204
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method = '', url = '', headers } = request
  const body = JSON.parse(Buffer.concat(chunks).toString())
  asked.push({ method, url, authorization: headers.authorization ?? '', body })
  response.writeHead(status).end('not_authorised')
})
let management: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  management = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const policies = readPolicies(
  fileURLToPath(
    new URL('../../../../../charts/platform/files/dapr/generated/policies.json', import.meta.url),
  ),
)

test('each policy is put into the vhost of the broker’s own URL, as its user', async () => {
  await putPolicies(management, 'amqp://alta:p%40ss@broker:5672/alta', policies)
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(
    policies.map(({ name }) => `PUT /api/policies/alta/${name}`),
  )
  expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from('alta:p@ss').toString('base64')}`)
  expect(asked[0]?.body).toMatchObject({ 'apply-to': 'queues', definition: { 'delivery-limit': 20 } })
})

test('a refusal is told with what the broker said', async () => {
  status = 401
  await expect(putPolicies(management, 'amqp://a:b@broker/alta', policies)).rejects.toThrow(
    'the policy alta-work was refused with 401: not_authorised',
  )
})

test('a file that is no list of policies is named', () => {
  expect(() => readPolicies('/nowhere.json')).toThrow('/nowhere.json')
})
