import pg from 'pg'
import { inject } from 'vitest'
import { Client } from '../../support/client.ts'
import { registerOperator } from '../../support/operator.ts'
import { readPlaces, readPlatform } from '../../support/platform.ts'

/** Somebody who may do everything that a role allows. */
export async function registerStaff(): Promise<Client> {
  const home = inject('home')
  const owner = new pg.Client({ connectionString: readPlaces(home).postgres.ownerUrl })
  await owner.connect()
  try {
    const staff = new Client(readPlatform(home).gatewayUrl)
    await registerOperator(owner, staff)
    await owner.query(`update identity.users set roles = array_append(roles, 'admin') where id = $1`, [
      staff.userId,
    ])
    return await staff.signIn()
  } finally {
    await owner.end()
  }
}

/** Somebody new, at the gateway of the platform under test. */
export const registerPerson = (name?: string): Promise<Client> =>
  new Client(readPlatform(inject('home')).gatewayUrl).register(name)
