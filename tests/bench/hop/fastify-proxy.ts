// fastify with its own proxy, as its documentation has it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readPeerSettings } from '../peers/settings.ts'
import type { ProxySettings } from './settings.ts'

const { port, upstream, packages } = readPeerSettings<ProxySettings>()
const load = createRequire(join(packages, 'package.json'))
const app = load('fastify')({ logger: false })
app.register(load('@fastify/http-proxy'), { upstream: `http://127.0.0.1:${upstream}` })
await app.listen({ port, host: '127.0.0.1' })
