// A plain service: one answer to everything. To a gateway it is sidecar and identity as well, so that the hop through
// Dapr can be taken out without a change to the gateway's code.
import { createServer } from 'node:http'
import { readPeerSettings } from '../peers/settings.ts'
import { OPEN_PATH, SIGNED_IN_PATH, type UpstreamSettings } from './settings.ts'

const { port, jwks } = readPeerSettings<UpstreamSettings>()
const item = { id: '019a9d2e-0000-7000-8000-000000000001', name: 'Bench', email: 'bench@alta.test' }
const answer = Buffer.from(JSON.stringify({ items: [item, item, item], nextCursor: null }))
const route = (security: unknown[]) => ({ get: { security, responses: {} } })
const documents = {
  openapi: '3.1.0',
  paths: { [OPEN_PATH]: route([]), [SIGNED_IN_PATH]: route([{ bearer: [] }]) },
}
const others: Readonly<Record<string, Buffer>> = {
  '/openapi.json': Buffer.from(JSON.stringify(documents)),
  '/.well-known/jwks.json': Buffer.from(JSON.stringify(jwks)),
}

createServer((request, response) => {
  const { url = '' } = request
  // daprd asks for subscriptions and settings, the gateway for sessions that have ended; there are none.
  if (url.startsWith('/dapr/') || url.startsWith('/private/')) return response.writeHead(404).end()
  const body = others[url] ?? answer
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
})
  // Whoever measures keeps connections for longer than Node would.
  .on('connection', (socket) => socket.setNoDelay(true))
  .listen({ port, host: '127.0.0.1' })
  .on('listening', function (this: { keepAliveTimeout: number }) {
    this.keepAliveTimeout = 300_000
  })
