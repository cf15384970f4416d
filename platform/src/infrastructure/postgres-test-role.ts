import pg from 'pg'
import type { Checkout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { makeRole, testRole } from './postgres.ts'
import { findSuperuser, superuserUrl } from './postgres-server.ts'

/**
 * Address where tests may create databases and roles. Debian's own server lets its superuser in through the Unix
 * socket only, as the operating system's user: tests get a login role then, which acts as that superuser from
 * its first statement, so that it owns nothing and can be dropped.
 */
export async function testPostgresUrl(checkout: Checkout, secrets: Secrets, port: number): Promise<string> {
  const url = await superuserUrl(secrets, port, '')
  if (url) return url
  const superuser = await findSuperuser(secrets, port, '')
  if (!superuser) {
    throw new StepFailed(
      `no way in as an administrator on port ${port}`,
      'TEST_POSTGRES_URL=postgres://user:password@127.0.0.1:5432/postgres make test',
    )
  }
  const role = testRole(checkout)
  const password = secrets.get('postgres', 'testPassword')
  await secrets.save()
  await makeRole(superuser, role, password, '')
  const name = pg.escapeIdentifier(role)
  await superuser(`grant postgres to ${name}; alter role ${name} set role = 'postgres'`)
  return `postgres://${role}:${password}@127.0.0.1:${port}/postgres`
}

/** Drops the role of `testPostgresUrl`, if it made one. */
export async function dropTestRole(checkout: Checkout, secrets: Secrets, port: number): Promise<void> {
  const superuser = await findSuperuser(secrets, port, '')
  await superuser?.(`drop role if exists ${pg.escapeIdentifier(testRole(checkout))}`)
}
