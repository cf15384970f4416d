import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { goodPassword } from '../testing/identity-fixture.ts'
import { startProvider, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())

test('whoever has a second factor is asked for a code before the client gets anything', async () => {
  const email = await provider.register()
  const { accessToken } = await provider.login(email)
  const begun = await provider.post('/api/v1/auth/totp', undefined, accessToken)
  const totp = URI.parse(z.object({ uri: z.string() }).parse(begun.body).uri)
  if (!(totp instanceof TOTP)) expect.fail('the address is not one of a TOTP')
  const confirmed = await provider.post('/api/v1/auth/totp/confirm', { code: totp.generate() }, accessToken)
  const { recoveryCodes } = z.object({ recoveryCodes: z.array(z.string()) }).parse(confirmed.body)

  const browser = provider.browser()
  const { url } = await provider.request(await provider.client())
  const second = await browser.submit(await browser.open(url), { email, password: goodPassword })
  expect(second.text).toContain('name="code"')
  const wrong = await browser.submit(second, { code: 'not-a-code' })
  expect([wrong.status, wrong.text.includes('This code is wrong')]).toEqual([403, true])
  const consent = await browser.submit(wrong, { code: recoveryCodes[0] ?? '' })
  expect(consent.text).toContain('value="allow"')
})
