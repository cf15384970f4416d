// fastify with its own proxy, log and limits: what Alta does for a request, as far as plugins of fastify's makers do it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { testConfig } from '@alta/kit/testing/config'
import { readPeerSettings } from '../peers/settings.ts'
import type { ProxySettings } from './settings.ts'

const { port, upstream, packages, prefix } = readPeerSettings<ProxySettings>()
const load = createRequire(join(packages, 'package.json'))
const Redis = load('ioredis')
const app = load('fastify')({ logger: true })
await app.register(load('@fastify/rate-limit'), {
  max: 900_000,
  timeWindow: 1_000,
  redis: new Redis(testConfig.TEST_REDIS_URL, { enableAutoPipelining: true }),
  nameSpace: `${prefix}fastify:`,
})
app.register(load('@fastify/http-proxy'), { upstream: `http://127.0.0.1:${upstream}` })
await app.listen({ port, host: '127.0.0.1' })
