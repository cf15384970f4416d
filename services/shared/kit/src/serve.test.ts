import { Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { drainServer, serverForSidecar } from './serve.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

async function listening(
  answer: RequestListener,
  make: (answer: RequestListener) => Server = createServer,
): Promise<{ server: Server; port: number }> {
  const server = make(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({ close: () => server.closeAllConnections() })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return { server, port: address.port }
}

const call = (port: number, agent: Agent, look: (response: IncomingMessage) => void = () => undefined) =>
  new Promise<'answered' | 'cut'>((resolve) => {
    get({ port, host: '127.0.0.1', agent }, (response) => {
      look(response)
      response.resume()
      response.once('end', () => resolve('answered'))
      response.once('error', () => resolve('cut'))
    }).once('error', () => resolve('cut'))
  })

test('a server that is called without pause over connections kept alive drains all the same', async () => {
  const { server, port } = await listening((_request, response) => {
    setTimeout(() => response.end('x'), 20)
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  let calling = true
  const callers = Array.from({ length: 6 }, async () => {
    while (calling) await call(port, agent)
  })
  await delay(200)
  const begun = Date.now()
  await drainServer(server, 10_000)
  expect(Date.now() - begun).toBeLessThan(2_000)
  calling = false
  agent.destroy()
  await Promise.all(callers)
})

test('connections of the sidecar are kept longer than it keeps them, so that it closes them and not we', async () => {
  const { port } = await listening((_request, response) => void response.end('x'), serverForSidecar)
  const response = await fetch(`http://127.0.0.1:${port}`)
  const [, seconds] = /timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '') ?? []
  const ofGo = 90
  expect(Number(seconds)).toBeGreaterThan(ofGo)
})

test('callers who are given time to part are asked to, and none meets a connection that was closed', async () => {
  const { server, port } = await listening((_request, response) => void response.end('x'))
  // Each with a connection of its own that it uses again after this pause; new ones go elsewhere, as in a cluster.
  const callers = [5, 20, 80, 150, 300, 600].map(async (pause) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let asked = false
    while (!asked) {
      const answer = await call(port, agent, (response) => {
        asked = response.headers.connection === 'close'
      })
      if (answer === 'cut') return answer
      await delay(pause)
    }
    return 'parted'
  })
  await delay(200)
  await drainServer(server, 10_000, 2_000)
  expect(await Promise.all(callers)).toEqual(callers.map(() => 'parted'))
})

test('nobody is waited for who has no connection', async () => {
  const { server } = await listening((_request, response) => void response.end('x'))
  const begun = Date.now()
  await drainServer(server, 10_000, 5_000)
  expect(Date.now() - begun).toBeLessThan(2_000)
})

test('a request in flight is answered before the server is closed', async () => {
  const { server, port } = await listening((_request, response) => {
    setTimeout(() => response.end('x'), 300)
  })
  const agent = new Agent({ keepAlive: true })
  const answer = call(port, agent)
  await delay(100)
  await drainServer(server, 10_000)
  expect(await answer).toBe('answered')
  agent.destroy()
})

test('a request that never ends is cut when the time is over', async () => {
  const { server, port } = await listening(() => undefined)
  const agent = new Agent()
  const answer = call(port, agent)
  await delay(100)
  await drainServer(server, 300)
  expect(await answer).toBe('cut')
})
