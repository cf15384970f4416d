// The least that a proxy of Node can be: it forwards, and nothing else.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Agent, request } from 'undici'
import { readPeerSettings } from '../peers/settings.ts'
import type { ProxySettings } from './settings.ts'

const { port, upstream } = readPeerSettings<ProxySettings>()
const dispatcher = new Agent({ connections: 128, keepAliveTimeout: 30_000 })

async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { connection: _hop, ...headers } = incoming.headers
  const path = incoming.url ?? ''
  const answer = await request(`http://127.0.0.1:${upstream}${path}`, { dispatcher, method: 'GET', headers })
  const { connection: _too, 'keep-alive': _three, ...answered } = answer.headers
  outgoing.writeHead(answer.statusCode, answered)
  await pipeline(answer.body, outgoing)
}

createServer((incoming, outgoing) => {
  // Whoever measures leaves in the middle when its time is over.
  forward(incoming, outgoing).catch(() => outgoing.destroy())
}).listen(port, '127.0.0.1')
