import {
  hearOfRevocations,
  type RevocationPage,
  revocationPage,
  revocationsFrom,
} from '@alta/kit/auth/revocation'
import { tokenVerifier } from '@alta/kit/auth/tokens'
import { repeatedly } from '@alta/kit/repeatedly'
import { createRemoteJWKSet } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startIdentity, type TestIdentity } from '../testing/identity-fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await startIdentity()
})
afterAll(() => identity.close())

const headers = { 'dapr-api-token': 'app-token-for-tests' }
const ask = async (after?: string): Promise<RevocationPage> => {
  const url = `${identity.url}/private/revocations${after === undefined ? '' : `?after=${after}`}`
  return revocationPage.parse(await (await fetch(url, { headers })).json())
}
/** A service that verifies tokens, as `serve` puts it together. */
const service = () => {
  const revocations = revocationsFrom(ask)
  const verify = tokenVerifier({
    issuer: 'https://alta.local',
    audience: 'alta',
    keys: createRemoteJWKSet(new URL(`${identity.url}/.well-known/jwks.json`), { headers }),
    revocations,
  })
  return { verify, job: repeatedly(hearOfRevocations(revocations)) }
}

test('every service refuses the token of a disabled user within seconds, and so does one that starts later', async () => {
  const admin = await identity.loginAsAdmin()
  const { user, accessToken } = await identity.login(await identity.register())
  const services = [service(), service(), service()]
  for (const { verify } of services) expect((await verify(accessToken)).userId).toBe(user.id)

  const begun = performance.now()
  expect((await identity.post(`/api/v1/users/${user.id}/disable`, undefined, admin.accessToken)).status).toBe(
    204,
  )
  for (const { verify } of [...services, service()]) {
    await expect.poll(() => verify(accessToken).catch(({ code }) => code)).toBe('session_ended')
  }
  console.info(`a disabled user was out of every service after ${Math.round(performance.now() - begun)} ms`)
  for (const { job } of services) await job.stop()
})

test('signing out ends the access token everywhere, and nobody else’s', async () => {
  const email = await identity.register()
  const [here, there] = [await identity.login(email), await identity.login(email)]
  const { verify, job } = service()
  await verify(here.accessToken)
  await identity.post('/api/v1/auth/logout', undefined, here.accessToken)
  await expect.poll(() => verify(here.accessToken).catch(({ code }) => code)).toBe('session_ended')
  await verify(there.accessToken)
  await job.stop()
})

test('what a slow transaction revokes is not missed when faster ones were told before it', async () => {
  const { admin } = identity.testDatabase
  const slow = await admin.connect()
  const insert = `insert into revocations (tenant_id, kind, subject) values (gen_random_uuid(), 'session', $1)`
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
  await slow.query('begin')
  await slow.query(insert, [first])
  await admin.query(insert, [second])
  const told = await ask()
  const ids = ({ items }: RevocationPage) => items.map(({ id }) => id)
  expect(ids(told)).toContain(second)
  expect(ids(told)).not.toContain(first)
  await slow.query('commit')
  slow.release()
  const later = await ask(told.next)
  expect(ids(later)).toContain(first)
  // Whatever else runs on the server holds the position back, and is no cause to miss anything.
  let { next } = later
  await expect
    .poll(async () => {
      const page = await ask(next)
      next = page.next
      return ids(page)
    })
    .toEqual([])
})

test('a position of another database, as after a restore, is answered with everything', async () => {
  expect((await ask('9000000000000000000')).items).toEqual(
    (await ask()).items.map((item) => ({ ...item, secondsLeft: expect.any(Number) })),
  )
})

test('what concerns no living token is not told any more, and removed', async () => {
  const { admin } = identity.testDatabase
  await admin.query(`update revocations set revoked_at = now() - interval '11 minutes'`)
  expect((await ask()).items).toEqual([])
  await identity.repeat('remove revocations of expired tokens')
  expect((await admin.query('select 1 from revocations')).rowCount).toBe(0)
})
