import pg from 'pg'
import { inject } from 'vitest'
import { Client } from '../../support/client.ts'
import { registerOperator } from '../../support/operator.ts'
import { readPlaces, readPlatform } from '../../support/platform.ts'

/** Somebody who may do everything that a role allows. */
export const registerStaff = (): Promise<Client> =>
  withOwner(async (owner) => {
    const staff = new Client(readPlatform(inject('home')).gatewayUrl)
    await registerOperator(owner, staff)
    await owner.query(`update identity.users set roles = array_append(roles, 'admin') where id = $1`, [
      staff.userId,
    ])
    await confirmAddress(owner, staff)
    return staff.signIn()
  })

/** Somebody new whom no page asks to confirm their address. */
export const registerConfirmed = (name?: string): Promise<Client> =>
  withOwner(async (owner) => {
    const person = await registerPerson(name)
    await confirmAddress(owner, person)
    return person
  })

/** Somebody new, at the gateway of the platform under test. */
export const registerPerson = (name?: string): Promise<Client> =>
  new Client(readPlatform(inject('home')).gatewayUrl).register(name)

const confirmAddress = (owner: pg.Client, { userId }: Client) =>
  owner.query('update identity.users set email_verified_at = now() where id = $1', [userId])

async function withOwner<Result>(act: (owner: pg.Client) => Promise<Result>): Promise<Result> {
  const owner = new pg.Client({ connectionString: readPlaces(inject('home')).postgres.ownerUrl })
  await owner.connect()
  try {
    await owner.query(`select set_config('alta.tenant_id', '*', false)`)
    return await act(owner)
  } finally {
    await owner.end()
  }
}
