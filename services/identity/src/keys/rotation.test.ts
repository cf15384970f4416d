import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tokenVerifier } from '@alta/kit/auth/tokens'
import { createTestDatabase } from '@alta/kit/testing/database'
import { createRemoteJWKSet, decodeProtectedHeader } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import type { IdentitySchema } from '../database/schema.ts'
import { settings, startIdentity } from '../testing/identity-fixture.ts'
import { accessTokens } from './access-token.ts'
import { keyring } from './keyring.ts'

const issuer = 'https://alta.local'
const audience = 'alta'
const lifetime = 600
const minute = 60_000

afterEach(() => {
  vi.useRealTimers()
})

test('no token fails while keys change, by whichever of two processes made, with verifiers that keep the keys for minutes', async () => {
  const migrations = new URL('../database/migrations/', import.meta.url)
  const own = await createTestDatabase<IdentitySchema>('identity', migrations)
  // Only the clock: timers and sockets go on.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const open = () =>
    keyring({
      database: own.database,
      secret: settings.IDENTITY_KEY_ENCRYPTION_KEY,
      replaceAfterDays: 90,
      now: () => Date.now(),
    })
  const processes = [open(), open()]
  let asked = 0
  const server = createServer(async (_request, response) => {
    const keys = processes[asked++ % 2]
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await keys?.published()))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const issuers = processes.map((keys) => accessTokens({ keys, issuer, audience, lifetime }))
  const service = () =>
    // As identityKeys has it, but that it never asks for a key it does not know: the announcement has to do.
    tokenVerifier({
      issuer,
      audience,
      cacheSize: 0,
      keys: createRemoteJWKSet(url, { cacheMaxAge: 8 * minute, cooldownDuration: 24 * 60 * minute }),
    })
  const services = [service(), service(), service()]

  const living: { token: string; ends: number }[] = []
  const signedBy = new Set<unknown>()
  let checks = 0
  for (let passed = 0; passed < 50; passed += 1) {
    if (passed === 5 || passed === 20) expect(await processes[0]?.rotate()).toBeDefined()
    if (passed === 6) expect(await processes[1]?.rotate()).toBeUndefined()
    for (const tokens of issuers) {
      const subject = { userId: crypto.randomUUID(), tenantId: crypto.randomUUID(), roles: [], version: 0 }
      const token = await tokens.issue({ ...subject, sessionId: 's' })
      signedBy.add(decodeProtectedHeader(token).kid)
      living.push({ token, ends: Date.now() + lifetime * 1000 })
    }
    for (const { token } of living.filter(({ ends }) => ends > Date.now())) {
      // Each starts at another time, so that their copies of the keys are of different ages.
      for (const verify of services.slice(0, 1 + Math.floor(passed / 4))) {
        await expect(verify(token), `minute ${passed}`).resolves.toBeDefined()
        checks += 1
      }
    }
    vi.setSystemTime(Date.now() + minute)
  }
  expect(signedBy.size).toBe(3)
  console.info(`${checks} verifications over two rotations, none failed`)
  server.closeAllConnections()
  server.close()
  await own.close()
})

test('operators replace the key, nobody else does, and not twice at once', async () => {
  const identity = await startIdentity()
  const path = '/api/v1/auth/signing-keys/rotate'
  const admin = await identity.loginAsAdmin()
  const member = await identity.login(await identity.register())
  expect((await identity.post(path, undefined, member.accessToken)).code).toBe('forbidden')
  const rotated = await identity.post(path, undefined, admin.accessToken)
  expect([rotated.status, rotated.body]).toEqual([
    202,
    { kid: expect.any(String), signsFrom: expect.any(String) },
  ])
  const { body } = await identity.get('/.well-known/jwks.json')
  expect(JSON.stringify(body)).toContain(Object(rotated.body).kid)
  const again = await identity.post(path, undefined, admin.accessToken)
  expect([again.status, again.code]).toEqual([409, 'rotation_under_way'])
  await identity.login(await identity.register())
  await identity.close()
})
