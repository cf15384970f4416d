// express-gateway with one pipeline that proxies and nothing else.
import { cp, mkdtemp, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readPeerSettings } from '../peers/settings.ts'
import type { ProxySettings } from './settings.ts'

const { port, upstream, packages } = readPeerSettings<ProxySettings>()
const gateway = {
  http: { port, hostname: '127.0.0.1' },
  apiEndpoints: { api: { host: '*', paths: '/*' } },
  serviceEndpoints: { plain: { url: `http://127.0.0.1:${upstream}` } },
  policies: ['proxy'],
  pipelines: {
    plain: { apiEndpoints: ['api'], policies: [{ proxy: [{ action: { serviceEndpoint: 'plain' } }] }] },
  },
}
const system = {
  db: { redis: { emulate: true, namespace: 'EG' } },
  crypto: { cipherKey: 'bench', algorithm: 'aes256', saltRounds: 10 },
  session: { secret: 'bench', resave: false, saveUninitialized: false },
  accessTokens: { timeToExpiry: 7_200_000 },
  refreshTokens: { timeToExpiry: 7_200_000 },
  authorizationCodes: { timeToExpiry: 300_000 },
}
const folder = await mkdtemp(join(process.cwd(), 'express-gateway-'))
await writeFile(join(folder, 'gateway.config.json'), JSON.stringify(gateway))
await writeFile(join(folder, 'system.config.json'), JSON.stringify(system))
await writeFile(join(folder, 'package.json'), '{}')
const load = createRequire(join(packages, 'package.json'))
const models = 'node_modules/express-gateway/lib/config/models'
await cp(join(packages, models), join(folder, 'models'), { recursive: true })
load('express-gateway')().load(folder).run()
