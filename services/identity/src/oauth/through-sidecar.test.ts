import { testConfig } from '@alta/kit/testing/config'
import { type Daprd, startDaprd } from '@alta/kit/testing/daprd'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserFor } from '../testing/browser.ts'
import { appToken } from '../testing/identity-fixture.ts'
import { ISSUER, REDIRECT, startProvider, type TestProvider } from './oauth.fixture.ts'

let provider: TestProvider
let daprd: Daprd
beforeAll(async () => {
  provider = await startProvider()
  daprd = await startDaprd({
    appId: 'identity',
    appPort: Number(new URL(provider.url).port),
    appToken,
    rabbitmqUrl: testConfig.TEST_RABBITMQ_URL,
  })
})
afterAll(async () => {
  await daprd.stop()
  await provider.close()
})

const toIdentity = () => ({ 'dapr-api-token': daprd.apiToken, 'dapr-app-id': 'identity' })

test('a sidecar passes pages, cookies and redirects on as they are: somebody signs in through it', async () => {
  const email = await provider.register()
  const { url } = await provider.request(await provider.client())
  const browser = browserFor(ISSUER, daprd.url, toIdentity())
  const { url: answer } = await provider.consent(browser, url, email)
  expect(answer.href.startsWith(`${REDIRECT}?code=`)).toBe(true)
})

test('a refusal in the words of OAuth comes through it with its mark and its challenge', async () => {
  const answer = await fetch(`${daprd.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: {
      ...toIdentity(),
      'alta-basic-authorization': Buffer.from('nobody:guessed').toString('base64'),
    },
  })
  expect(answer.status).toBe(401)
  expect(answer.headers.get('alta-answer')).toBe('own')
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  expect(await answer.json()).toMatchObject({ error: 'invalid_client' })
})
