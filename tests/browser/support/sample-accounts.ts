import { join } from 'node:path'
import { inject } from 'vitest'
import { sampleEmail, samplePassword } from '../../../platform/src/samples/account.ts'
import { administratorEmail, openAdministrator } from '../../../platform/src/samples/administrator.ts'
import { Api } from '../../../platform/src/samples/api.ts'
import { runSamples } from '../../../platform/src/samples/run.ts'
import { openSecrets } from '../../../platform/src/secrets.ts'
import { Client } from '../../support/client.ts'
import { readPlaces, readPlatform } from '../../support/platform.ts'

/** Whom `make up` tells of, with the samples pushed through as it does. */
export async function sampleAccounts(): Promise<{ user: Client; administrator: Client }> {
  const home = inject('home')
  const { gatewayUrl } = readPlatform(home)
  const secrets = await openSecrets({ home })
  const root = join(import.meta.dirname, '../../..')
  await runSamples({ checkout: { root }, secrets, gatewayUrl, say: () => undefined })
  await openAdministrator(new Api(gatewayUrl), secrets, readPlaces(home).postgres.ownerUrl)
  const signedIn = async (email: string) => {
    const client = new Client(gatewayUrl)
    client.email = email
    client.password = samplePassword(secrets)
    await client.signIn()
    client.userId = (await client.call('GET', '/api/v1/auth/me')).body.id
    return client
  }
  return { user: await signedIn(sampleEmail), administrator: await signedIn(administratorEmail) }
}
