import { createServer, type Server } from 'node:http'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testConfig } from '../testing/config.ts'
import { type Daprd, freePorts, startDaprd } from '../testing/daprd.ts'

const CALLS = 6_000
const AT_ONCE = 64

let daprd: Daprd
let app: Server
beforeAll(async () => {
  const [appPort = 0] = await freePorts(1)
  app = createServer((_request, response) => response.writeHead(404).end())
  await new Promise<void>((resolve) => app.listen(appPort, '127.0.0.1', resolve))
  daprd = await startDaprd({
    appId: 'away',
    appPort,
    appToken: 'token of a test',
    rabbitmqUrl: testConfig.TEST_RABBITMQ_URL,
  })
})
afterAll(() => daprd.stop())

// Deliveries and calls take the same way into an app; of calls it can be seen what daprd makes of each.
test('a call that fails beside others, while its app is away, is never answered as if it had been served', async () => {
  app.closeAllConnections()
  await new Promise((resolve) => app.close(resolve))
  const statuses = new Map<number, number>()
  const headers = { 'dapr-api-token': daprd.apiToken }
  let calls = 0
  const caller = async () => {
    while (calls++ < CALLS) {
      const answer = await request(`${daprd.url}/v1.0/invoke/away/method/work`, { method: 'POST', headers })
      await answer.body.dump()
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
  expect(Object.fromEntries(statuses)).toEqual({ 500: CALLS })
})
