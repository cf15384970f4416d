import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { discoverServices } from '../services/discover.ts'
import { settingFaults } from './settings.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string) => readFile(`${root}/${path}`, 'utf8')
let services: string[]
let example: Record<string, string | undefined>
beforeAll(async () => {
  services = await discoverServices(root)
  // What is commented out is there to be taken.
  example = parseEnv((await read('.env.example')).replace(/^# ?(?=[A-Z][A-Z0-9_]*=)/gm, ''))
})

it('.env.example names only what the runner or a service reads', async () => {
  const files = services.map((app) => `services/${app}/src/config.ts`)
  const shared = ['platform/src/settings.ts', 'services/shared/kit/src/config/environment.ts']
  const sources = await Promise.all([...files, ...shared].map(read))
  const unread = Object.keys(example).filter((name) => !sources.some((text) => text.includes(`  ${name}: `)))
  expect(Object.keys(example)).toContain('ALTA_GATEWAY_PORT')
  expect(unread).toEqual([])
})

it('every service starts with .env.example as it is', async () => {
  const required = {
    APP_PORT: '3000',
    POSTGRES_USER: 'alta',
    RABBITMQ_URL: 'amqp://localhost',
    AUDIT_SIGNING_KEY: 'x'.repeat(32),
    IDENTITY_KEY_ENCRYPTION_KEY: 'x'.repeat(32),
    MAIL_TOKEN_KEY: 'x'.repeat(32),
    LIVE_EDGE_KEY: 'x'.repeat(32),
  }
  const given = Object.fromEntries(Object.entries(example).map(([name, value]) => [name, value ?? '']))
  const configured = services.map((app) => ({
    title: `dev/${app}`,
    app,
    environment: { ...given, ...required },
  }))
  expect(await settingFaults(root, configured)).toEqual([])
})
